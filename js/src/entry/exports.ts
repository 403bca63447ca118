// The whole package: what decides, and a token's life. Each entry says where the module comes from.
export type { Change, Claim, Committed, Guard, Notice, TokenEvent, Write } from '../store/change.js'
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
} from '../tokens/command.js'
export * from './gate/exports.js'
export type { Changed, Deleted, Issued, Renewed } from '../tokens/results.js'
export { RequestError, StoreError } from '../base/errors.js'
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
} from '../policy/lifecycle-types.js'
export type { Preview } from '../tokens/preview.js'
export type { Overview, OverviewQuery, Trailed } from '../tokens/queries.js'
export type { Json, Offer, Previous, Renewal, Stopped, TokenFields, TokenRecord, TokenView, Tombstone } from '../store/record.js'
export type { RefusalCode } from '../generated/refusals.js'
export type { ListQuery, Page, Store, Touch } from '../store/store.js'
export { type Proof, Tokens, type TokensOptions } from '../tokens/tokens.js'
export type { Failed, Revoked, Swept, Walk, Where } from '../tokens/sweep.js'
export type { ApplyOptions, At, ReachRequest, Rows } from '../policy/lifecycle.js'
export { Policy } from '../policy/full-policy.js'
