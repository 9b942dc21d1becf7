export { compose } from './compose.ts'
export { GatewayError } from './gateway-error.ts'
export type { GatewayErrorCode } from './gateway-error.ts'
export type {
  Application,
  Awaitable,
  Body,
  BodyHooks,
  Bytes,
  Environ,
  Errors,
  FileLike,
  HeaderList,
  Input,
  Lifespan,
  Middleware,
  StartResponse,
  StreamingBody,
  Write,
} from './contract.ts'
