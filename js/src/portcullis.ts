// The whole package: what decides, and a token's life. Each entry says where the module comes from.
export type { Change, Claim, Committed, Guard, Notice, TokenEvent, Write } from './change.js'
export type {
  Actor,
  CreateFields,
  EditFields,
  Given,
  GivenByHolder,
  Networks,
  PreviewCommand,
  RenewalFields,
  RenewFields,
  RotateFields,
} from './command.js'
export * from './deciding.js'
export type { Changed, Deleted, Issued, Renewed } from './done.js'
export { RequestError, StoreError } from './errors.js'
export {
  type CommandRequest,
  type Letter,
  letters,
  type Outcome,
  type OverviewRequest,
  type OverviewRow,
  type Reach,
  replay,
  type Stop,
  type Trail,
  type TrailFault,
  type TrailReport,
  verifyTrail,
} from './life.js'
export type { Preview } from './preview.js'
export type { Overview, OverviewQuery, Trailed } from './reading.js'
export type { Json, Offer, Previous, Renewal, Stopped, TokenFields, TokenRecord, TokenView, Tombstone } from './record.js'
export type { RefusalCode } from './refusals.js'
export type { ListQuery, Page, Store, Touch } from './store.js'
export { type Proof, Tokens, type TokensOptions } from './tokens.js'
export type { Failed, Revoked, Swept, Walk, Where } from './upkeep.js'
export type { ApplyOptions, At, ReachRequest, Rows } from './verbs.js'
export { Policy } from './whole.js'
