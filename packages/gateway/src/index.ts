export { compose } from './compose.ts'
export { GatewayError } from './gateway-error.ts'
export type { GatewayErrorCode } from './gateway-error.ts'
export type {
  Application,
  ApplicationWith,
  Awaitable,
  Body,
  BodyHooks,
  Bytes,
  Environ,
  Errors,
  Extended,
  FileLike,
  HeaderList,
  Input,
  Lifespan,
  Middleware,
  StartResponse,
  StreamingBody,
  Write,
} from './contract.ts'
