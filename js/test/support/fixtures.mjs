// A policy with a whole life in it, a clock that is set by hand, and actors, for the tests of tokens.
import { Policy, Tokens } from 'portcullis'
import { memory } from 'portcullis/memory'

export const START = Date.parse('2026-11-21T12:00:00.000Z')
export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

const everything = ['owner', 'admin']

export const document = {
  portcullis: 1,
  name: 'life',
  realm: 'Life API',
  transports: ['bearer'],
  resources: { license: {}, product: {} },
  roles: { admin: { title: 'Administrators', unlimited: true } },
  routes: [{ crud: '/licenses', needs: 'license' }, { crud: '/products', needs: 'product' }],
  kinds: {
    personal: {
      prefix: 'li_pat',
      grants: { default: [], warn: ['*:delete'] },
      lifetime: { default: '180d', max: '365d', remind: ['30d', '7d'] },
      idle: { default: '45d', choices: ['31d', '45d'], then: 'deny', remind: ['14d'] },
      limit: { activePerOwner: 10 },
      unique: ['name'],
      editable: ['name', 'description', 'grants', 'expiresAt', 'idleAfter', 'renewal'],
      lockable: true,
      revoke: 'final',
      deleteNeeds: 'revoked',
      grace: '24h',
      renewal: { manual: true, automatic: { redeemWithin: '2h', offerAgainAfter: '24h', onReuse: 'revoke' } },
      may: {
        create: everything,
        edit: everything,
        extend: everything,
        lock: ['admin'],
        unlock: ['admin'],
        revoke: everything,
        rotate: ['owner', 'token'],
        renew: everything,
        delete: everything,
        list: everything,
      },
    },
    service: {
      prefix: 'li_svc',
      lifetime: { default: null },
      limit: { activePerTenant: 20 },
      revoke: 'regenerable',
      lockable: true,
      may: { create: ['admin'], revoke: ['admin'], regenerate: ['admin'], delete: ['admin'], lock: ['admin'], list: ['admin'] },
    },
  },
}

export const policy = new Policy(document)

export const admin = { id: 'root', roles: ['admin'] }
export const ada = { id: 'ada', grants: ['license:read,update'] }

/** Tokens with a clock that moves when it is told to. */
export function desk(options = {}) {
  let now = START
  const { store = memory(), ...rest } = options
  const tokens = new Tokens({ policy, store, now: () => now, ...rest })
  return {
    tokens,
    store,
    get now() {
      return now
    },
    pass: (milliseconds) => {
      now += milliseconds
    },
    at: (instant) => {
      now = instant
    },
  }
}

/** A token of Ada's. */
export function personal(tokens, fields = {}, given = {}) {
  return tokens.create({ kind: 'personal', name: 'ERP sync', grants: ['license:read'], ...fields }, { by: ada, ...given })
}

/** A store with other methods in some places. */
export function instead(store, methods) {
  const names = ['get', 'commit', 'touch', 'list', 'due', 'event', 'trail', 'tombstone', 'outbox', 'acknowledge']
  return { ...Object.fromEntries(names.map((name) => [name, (...args) => store[name](...args)])), ...methods }
}

/** Resolves with the refusal that a command ends in. */
export async function refused(giving) {
  try {
    await giving
  } catch (error) {
    if (error.name === 'RefusedError') return error.code
    throw error
  }
  return null
}
