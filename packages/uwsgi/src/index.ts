export { UwsgiError, type UwsgiErrorCode } from './errors.ts'
export {
  type Acknowledgement,
  acknowledges,
  formatAcknowledgement,
  isNonce,
  isPipelinable,
  isSelfDelimited,
  keepAliveHeader,
  keepAliveVar,
  Nonces,
  parseAcknowledgement,
} from './keepalive.ts'
export { defaultPacketLimits, type PacketLimits } from './limits.ts'
export { modifierNames, pingModifier, pong, stripModifier } from './modifiers.ts'
export { type Packet, type PacketEvent, PacketParser } from './packet-parser.ts'
export { encodeKey, encodePacket, encodeVar, encodeVars, PacketWriter } from './packet-writer.ts'
export { Vars } from './vars.ts'
