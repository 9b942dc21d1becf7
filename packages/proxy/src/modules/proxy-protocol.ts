/** The variables of a connection's PROXY header. */
import type { ProxiedAddresses } from '../http/proxy-header.ts'
import { tlsVerify } from '../http/proxy-protocol.ts'
import type { Module } from '../model/module.ts'
import type { Getter } from '../model/variable.ts'

/** Types of values in version 2 by the names nginx gives them. */
const extraNames: ReadonlyMap<string, number> = new Map([
  ['alpn', 0x01],
  ['authority', 0x02],
  ['unique_id', 0x05],
  ['ssl', 0x20],
  ['netns', 0x30],
  ['ssl_version', 0x21],
  ['ssl_cn', 0x22],
  ['ssl_cipher', 0x23],
  ['ssl_sig_alg', 0x24],
  ['ssl_key_alg', 0x25],
  ['ssl_verify', tlsVerify],
])

const address =
  (read: (addresses: ProxiedAddresses) => string | number): Getter =>
  (request) => {
    const { proxied } = request.connection
    return proxied === undefined ? undefined : String(read(proxied))
  }

function extra(name: string): Getter {
  const hex = /^(?:ssl_)?(0x[\da-f]+)$/i.exec(name)?.[1]
  const type = hex === undefined ? extraNames.get(name) : Number(hex)
  return (request) => (type === undefined ? undefined : request.connection.proxyHeader?.extras.get(type))
}

/** The variables. */
export const proxyProtocol: Module = {
  name: 'proxy_protocol',
  directives: [],
  variables: {
    names: {
      proxy_protocol_addr: address(({ clientAddress }) => clientAddress),
      proxy_protocol_port: address(({ clientPort }) => clientPort),
      proxy_protocol_server_addr: address(({ serverAddress }) => serverAddress),
      proxy_protocol_server_port: address(({ serverPort }) => serverPort),
    },
    prefixes: [{ prefix: 'proxy_protocol_tlv_', make: extra }],
  },
}
