export { testClient } from './testing/test-client.ts'
export type { TestClient, TestClientOptions } from './testing/test-client.ts'
