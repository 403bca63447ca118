-- What the Redis store does in one step. Every host runs this text, so there is one layout of keys.
--
-- KEYS[1] is the prefix of every key. ARGV[1] names the operation. ARGV[2] is its input, as JSON without null: what is
-- missing is absent. Instants are milliseconds. Redis does not undo a script that stops halfway, so every check comes
-- before the first write, and no write can fail.
--
--   token:<id>                    hash: the record, and the fields that find it
--   tombstone:<id>                what is left of a deleted token
--   commands:<id>                 hash: each command that took effect on a token, and its event
--   trail:<id>                    sorted set: these commands, by the sequence of their events
--   claim:<claim>                 the token that holds a name
--   all                           sorted set: every id, ordered by its bytes
--   list:<tenant><kind><owner>    sorted set: the ids of one tenant, kind and owner; of any kind; of any owner
--   live:<tenant><kind><owner>    sorted set: the same without revoked tokens, by the end of each
--   due                           sorted set: <dueAt>:<id>, ordered by its bytes
--   notices, outbox, position     hash: notices by key; sorted set: their keys, oldest first; the last position
--   schema                        the version of this layout
--
-- Ids, claims, tenants, kinds and owners are text that a user may have chosen. Each stands at the end of its key or
-- behind its length, so two different values never make the same key.

local base = KEYS[1]
local input = cjson.decode(ARGV[2])
local call = redis.call

local VERSION = '2'

-- The most records that one step reads: the server does nothing else meanwhile.
local STEP = 500

-- A missing tenant, kind or owner is a dash, which no length begins with.
local function part(text)
  if text then return string.format('%d:', #text) .. text end
  return '-'
end

local function group(name, tenant, kind, owner)
  return base .. name .. ':' .. part(tenant) .. part(kind) .. part(owner)
end

-- Every instant has sixteen digits, also before 1970, so that text sorts as instants do.
local OFFSET = 1e15

local function due_entry(due, id)
  return string.format('%016.0f:', due + OFFSET) .. id
end

local FIELDS = { 'tenant', 'kind', 'owner', 'revision', 'revoked', 'created', 'ends', 'due', 'used', 'secret', 'record' }

local function read(id)
  local values = call('HMGET', base .. 'token:' .. id, unpack(FIELDS))
  local row = {}
  for number, name in ipairs(FIELDS) do row[name] = values[number] or nil end
  for _, name in ipairs({ 'revision', 'created', 'ends', 'due', 'used', 'secret' }) do row[name] = tonumber(row[name]) end
  return row.record and row
end

local function list_keys(row)
  return {
    base .. 'all',
    group('list', row.tenant),
    group('list', row.tenant, row.kind),
    group('list', row.tenant, nil, row.owner),
    group('list', row.tenant, row.kind, row.owner),
  }
end

local function live_keys(row)
  return { group('live', row.tenant, row.kind), group('live', row.tenant, row.kind, row.owner) }
end

-- Replaces a record; without a row, removes it.
local function put(id, row)
  local before = read(id)
  if before then
    call('DEL', base .. 'token:' .. id)
    for _, key in ipairs(live_keys(before)) do call('ZREM', key, id) end
    if before.due then call('ZREM', base .. 'due', due_entry(before.due, id)) end
    local stays = row and row.tenant == before.tenant and row.kind == before.kind and row.owner == before.owner
    for _, key in ipairs(stays and {} or list_keys(before)) do call('ZREM', key, id) end
  end
  if not row then return end
  local values = {}
  for _, name in ipairs(FIELDS) do
    if row[name] then
      values[#values + 1] = name
      values[#values + 1] = row[name] == true and 1 or row[name]
    end
  end
  call('HSET', base .. 'token:' .. id, unpack(values))
  for _, key in ipairs(list_keys(row)) do call('ZADD', key, 0, id) end
  for _, key in ipairs(row.revoked and {} or live_keys(row)) do call('ZADD', key, row.ends or '+inf', id) end
  if row.due then call('ZADD', base .. 'due', 0, due_entry(row.due, id)) end
end

-- `seen` is absent where no use was looked at, and false where there was none.
local function unchanged(write)
  local row = read(write.id)
  if not row then return write.was == 0 and call('EXISTS', base .. 'tombstone:' .. write.id) == 0 end
  if row.revision ~= write.was then return false end
  if write.seen == nil or not row.used then return true end
  return write.seen and row.used <= write.seen
end

-- How many tokens count against a limit, without those that the change writes.
local function active(guard)
  local key = group('live', guard.tenant, guard.kind, guard.owner)
  local count = call('ZCOUNT', key, string.format('(%.0f', guard.now), '+inf')
  local own = {}
  for _, write in ipairs(input.writes) do
    local ends = not own[write.id] and call('ZSCORE', key, write.id)
    own[write.id] = true
    if ends and (ends == 'inf' or tonumber(ends) > guard.now) then count = count - 1 end
  end
  return count
end

-- The first claim that another token holds after the releases, counted from 0; and the claims to be released.
local function taken()
  local holders, freed = {}, {}
  for _, release in ipairs(input.releases) do
    if call('GET', base .. 'claim:' .. release.claim) == release.token then
      holders[release.claim] = false
      freed[#freed + 1] = release.claim
    end
  end
  for number, claim in ipairs(input.claims) do
    if holders[claim.claim] == nil then holders[claim.claim] = call('GET', base .. 'claim:' .. claim.claim) end
    if holders[claim.claim] and holders[claim.claim] ~= claim.token then return number - 1, freed end
    holders[claim.claim] = claim.token
  end
  return nil, freed
end

local operations = {}

function operations.open()
  local found = call('GET', base .. 'schema')
  -- Written only where it is missing: a server whose memory is full can still be opened.
  if not found then call('SET', base .. 'schema', VERSION) end
  return { found or VERSION, VERSION }
end

function operations.commit()
  for _, event in ipairs(input.events) do
    if call('HEXISTS', base .. 'commands:' .. event.token, event.command) == 1 then
      -- A caller that waits for replicas then waits for everything written before this, the command included.
      if input.waits then call('INCR', base .. 'repeats') end
      return { 'repeated' }
    end
  end
  -- Absent in what an older host sends.
  for _, known in ipairs(input.reads or {}) do
    local row = read(known.id)
    if not row or row.revision ~= known.was then return { 'conflict' } end
  end
  for _, write in ipairs(input.writes) do
    if not unchanged(write) then return { 'conflict' } end
  end
  for number, guard in ipairs(input.guards) do
    if active(guard) >= guard.below then return { 'limit_reached', number - 1 } end
  end
  local claimed, freed = taken()
  if claimed then return { 'not_unique', claimed } end

  for _, claim in ipairs(freed) do call('DEL', base .. 'claim:' .. claim) end
  for _, claim in ipairs(input.claims) do call('SET', base .. 'claim:' .. claim.claim, claim.token) end
  for _, write in ipairs(input.writes) do put(write.id, write.row) end
  if input.tombstone then call('SET', base .. 'tombstone:' .. input.tombstone.id, input.tombstone.text) end
  for _, event in ipairs(input.events) do
    call('HSET', base .. 'commands:' .. event.token, event.command, event.text)
    call('ZADD', base .. 'trail:' .. event.token, event.sequence, event.command)
  end
  for _, notice in ipairs(input.notices) do
    if call('HSETNX', base .. 'notices', notice.key, notice.text) == 1 then
      call('ZADD', base .. 'outbox', call('INCR', base .. 'position'), notice.key)
    end
  end
  return { 'committed' }
end

-- The row was made when `used` and `secret` were the last uses; another use may have been noted since.
function operations.touch()
  local row = read(input.id)
  if not row or row.revision ~= input.row.revision then return 'gone' end
  if row.used ~= input.used or row.secret ~= input.secret then return 'again' end
  put(input.id, input.row)
  return 'noted'
end

local function listed(row)
  if input.kind and row.kind ~= input.kind or input.owner and row.owner ~= input.owner then return false end
  if input.before and row.created >= input.before then return false end
  if not input.status then return true end
  if row.revoked or input.status == 'revoked' then return (row.revoked and 'revoked') == input.status end
  return (row.ends and row.ends <= input.now and 'ended' or 'active') == input.status
end

-- The cursor to go on with, or false at the end; then cursors and records in turn.
function operations.list()
  local key = input.every and base .. 'all' or group('list', input.tenant, input.kind, input.owner)
  local some = input.status or input.before or input.every
  local most = some and STEP or math.min(input.want, STEP)
  local ids = call('ZRANGEBYLEX', key, input.after and '(' .. input.after or '-', '+', 'LIMIT', 0, most)
  local page = { #ids == most and ids[#ids] }
  for _, id in ipairs(ids) do
    local row = read(id)
    if row and listed(row) then
      page[#page + 1] = id
      page[#page + 1] = row.record
      if #page > 2 * input.want then
        page[1] = id
        break
      end
    end
  end
  return page
end

-- The same for what is due.
function operations.due()
  local from = '-'
  if input.after then
    local due, id = string.match(input.after, '^(%-?%d+):(.+)$')
    if not due then return redis.error_reply('CURSOR not a cursor of this store') end
    from = '(' .. due_entry(tonumber(due), id)
  end
  local most = math.min(input.want, STEP)
  local entries = call('ZRANGEBYLEX', base .. 'due', from, '(' .. due_entry(input.now + 1, ''), 'LIMIT', 0, most)
  local page = { false }
  for number, at in ipairs(entries) do
    local id = string.sub(at, 18)
    local cursor = string.format('%.0f:', tonumber(string.sub(at, 1, 16)) - OFFSET) .. id
    page[2 * number] = cursor
    page[2 * number + 1] = call('HGET', base .. 'token:' .. id, 'record')
    if number == most then page[1] = cursor end
  end
  return page
end

function operations.event()
  return call('HGET', base .. 'commands:' .. input.token, input.command)
end

function operations.trail()
  local events = {}
  for number, command in ipairs(call('ZRANGE', base .. 'trail:' .. input.token, 0, -1)) do
    events[number] = call('HGET', base .. 'commands:' .. input.token, command)
  end
  return events
end

function operations.tombstone()
  return call('GET', base .. 'tombstone:' .. input.id)
end

-- Keys and notices in turn.
function operations.outbox()
  local found = {}
  if input.limit < 1 then return found end
  for _, key in ipairs(call('ZRANGE', base .. 'outbox', 0, input.limit - 1)) do
    found[#found + 1] = key
    found[#found + 1] = call('HGET', base .. 'notices', key)
  end
  return found
end

function operations.acknowledge()
  for _, key in ipairs(input.keys) do
    call('ZREM', base .. 'outbox', key)
    call('HDEL', base .. 'notices', key)
  end
  return 0
end

return operations[ARGV[1]]()
