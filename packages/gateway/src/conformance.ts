export { conformanceApplication } from './conformance/application.ts'
export { badApplication, badApplicationCases, stillAlive } from './conformance/bad-applications.ts'
export type {
  Ability,
  CaseAnswer,
  CaseClient,
  CaseRequest,
  CaseResponse,
  ConformanceCase,
  Expected,
} from './conformance/case.ts'
export { conformanceCases } from './conformance/cases.ts'
export { checklist } from './conformance/checklist.ts'
export type { Chapter, Requirement, Side } from './conformance/checklist.ts'
export { httpClient } from './conformance/http-client.ts'
export type { CaseAddress, HttpClientOptions } from './conformance/http-client.ts'
export { memoryClient } from './conformance/memory-client.ts'
export { runCase, runCases } from './conformance/run-case.ts'
export type { CaseResult, Skips } from './conformance/run-case.ts'
