export { controlVars } from './front/control-vars.ts'
export { forward, type ForwardOptions } from './front/forward.ts'
export { type ListenTarget, serve, UwsgiServer } from './front/server.ts'
export { serverDefaults, type UwsgiServerOptions } from './front/settings.ts'
