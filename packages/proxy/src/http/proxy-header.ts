/** What the PROXY header of a connection says: who connected to the proxy in front, and where. */
export interface ProxiedAddresses {
  readonly clientAddress: string
  readonly clientPort: number
  readonly serverAddress: string
  readonly serverPort: number
}
