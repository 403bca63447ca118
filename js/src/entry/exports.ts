// The whole package: what decides, and a token's life. Each entry says where the module comes from.
export type { Change, Claim, CommitOutcome, Guard, Notice, TokenEvent, RecordWrite } from '../store/change.js'
export type {
  Actor,
  CreateFields,
  EditFields,
  CommandOptions,
  HolderCommandOptions,
  Networks,
  PreviewCommand,
  RenewalFields,
  RenewFields,
  RotateFields,
} from '../tokens/command-types.js'
export * from './gate/exports.js'
export type { CommandResult, DeletedToken, IssuedToken, RenewedToken } from '../tokens/results.js'
export { RequestError, StoreError } from '../base/errors.js'
export { type Letter, letters } from '../policy/letters.js'
export type { OverviewRequest, OverviewRow, OverviewRows, StopView } from '../policy/overview.js'
export { replay, type TrailFault, type TrailInput, type TrailReport, verifyTrail } from '../policy/trail.js'
export type { CommandPreview } from '../tokens/preview.js'
export type { ActorOptions, AuditTrail, OverviewPage, OverviewQuery } from '../tokens/queries.js'
export type { Json, RenewalOffer, PreviousSecret, RenewalState, StopInfo, TokenFields, TokenRecord, TokenView, Tombstone } from '../store/record.js'
export type { RefusalCode } from '../generated/refusals.js'
export type { ListQuery, RecordPage, Store, Touch } from '../store/store.js'
export { type PlaintextProof, Tokens, type TokensOptions } from '../tokens/tokens.js'
export type { CommandFailure, PageOptions } from '../tokens/pages.js'
export type { RevokeWhereResult, TokenSelection } from '../tokens/revoke-where.js'
export type { SweepResult } from '../tokens/sweep.js'
export type { ApplyOptions, ClockOptions, CommandOutcome, CommandRequest, Reach, ReachRequest } from '../policy/lifecycle.js'
export { Policy } from '../policy/full-policy.js'
