-- What the Redis store does in one step. Every host runs this one text, so there is one layout of keys.
--
-- KEYS[1] is what every key begins with, ARGV[1] says what to do, ARGV[2] is what it is done with, as JSON without any
-- null: what is not there is absent. Instants are milliseconds. A script that stops halfway is not undone: so
-- everything is looked at before the first write, and what is written then cannot fail.
--
--   token:<id>                    hash: the record, and what it is found by
--   tombstone:<id>                what is left of a deleted token
--   commands:<id>                 hash: the commands that took effect on a token, each with its event
--   trail:<id>                    sorted set: these commands, by the sequence of their events
--   claim:<claim>                 the token that holds it
--   all                           sorted set: every id, in the order of their bytes
--   list:<tenant><kind><owner>    sorted set: the ids of one tenant, kind and owner, or of any kind, or of any owner
--   live:<tenant><kind><owner>    sorted set: those of them that are not revoked, by the end of each
--   due                           sorted set: <dueAt>:<id>, in the order of their bytes
--   notices, outbox, position     hash: notices by key; sorted set: their keys in the order they came; the last place
--   schema                        the version of all this
--
-- Ids, claims, tenants, kinds and owners are any text that somebody chose. One stands at the end of its key, or
-- behind its length, so no two keys are ever the same.

local base = KEYS[1]
local ask = cjson.decode(ARGV[2])
local call = redis.call

-- The most records that are looked at in one step: the server does nothing else in the meantime.
local STEP = 500

-- No tenant, any kind, any owner: a dash, which no length begins with.
local function part(text)
  if text then return string.format('%d:', #text) .. text end
  return '-'
end

local function group(name, tenant, kind, owner)
  return base .. name .. ':' .. part(tenant) .. part(kind) .. part(owner)
end

-- Sixteen digits for every instant, also for those before 1970: as text they have the order of the instants.
local OFFSET = 1e15

local function place(due, id)
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

local function lists(row)
  return {
    base .. 'all',
    group('list', row.tenant),
    group('list', row.tenant, row.kind),
    group('list', row.tenant, nil, row.owner),
    group('list', row.tenant, row.kind, row.owner),
  }
end

local function lives(row)
  return { group('live', row.tenant, row.kind), group('live', row.tenant, row.kind, row.owner) }
end

-- Writes one record in the place of another; without a row there is none any more.
local function put(id, row)
  local before = read(id)
  if before then
    call('DEL', base .. 'token:' .. id)
    for _, key in ipairs(lives(before)) do call('ZREM', key, id) end
    if before.due then call('ZREM', base .. 'due', place(before.due, id)) end
    local stays = row and row.tenant == before.tenant and row.kind == before.kind and row.owner == before.owner
    for _, key in ipairs(stays and {} or lists(before)) do call('ZREM', key, id) end
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
  for _, key in ipairs(lists(row)) do call('ZADD', key, 0, id) end
  for _, key in ipairs(row.revoked and {} or lives(row)) do call('ZADD', key, row.ends or '+inf', id) end
  if row.due then call('ZADD', base .. 'due', 0, place(row.due, id)) end
end

-- seen: absent, nobody looked; false, there was no use.
local function unchanged(write)
  local row = read(write.id)
  if not row then return write.was == 0 and call('EXISTS', base .. 'tombstone:' .. write.id) == 0 end
  if row.revision ~= write.was then return false end
  if write.seen == nil or not row.used then return true end
  return write.seen and row.used <= write.seen
end

-- How many count against a limit, those of the change left out.
local function active(guard)
  local key = group('live', guard.tenant, guard.kind, guard.owner)
  local count = call('ZCOUNT', key, string.format('(%.0f', guard.now), '+inf')
  local own = {}
  for _, write in ipairs(ask.writes) do
    local ends = not own[write.id] and call('ZSCORE', key, write.id)
    own[write.id] = true
    if ends and (ends == 'inf' or tonumber(ends) > guard.now) then count = count - 1 end
  end
  return count
end

-- The number of the first claim that another token holds once the releases are done, counted from 0; the releases.
local function taken()
  local holders, freed = {}, {}
  for _, release in ipairs(ask.releases) do
    if call('GET', base .. 'claim:' .. release.claim) == release.token then
      holders[release.claim] = false
      freed[#freed + 1] = release.claim
    end
  end
  for number, claim in ipairs(ask.claims) do
    if holders[claim.claim] == nil then holders[claim.claim] = call('GET', base .. 'claim:' .. claim.claim) end
    if holders[claim.claim] and holders[claim.claim] ~= claim.token then return number - 1, freed end
    holders[claim.claim] = claim.token
  end
  return nil, freed
end

local operations = {}

function operations.open()
  local found = call('GET', base .. 'schema')
  -- Where it is, nothing is written: a server whose memory is full can still be opened.
  if not found then call('SET', base .. 'schema', ask.schema) end
  return found or ask.schema
end

function operations.commit()
  for _, event in ipairs(ask.events) do
    if call('HEXISTS', base .. 'commands:' .. event.token, event.command) == 1 then
      -- Whoever waits for replicas then waits for all that was written before this, and so for the command.
      if ask.waits then call('INCR', base .. 'repeats') end
      return { 'repeated' }
    end
  end
  for _, write in ipairs(ask.writes) do
    if not unchanged(write) then return { 'conflict' } end
  end
  for number, guard in ipairs(ask.guards) do
    if active(guard) >= guard.below then return { 'limit_reached', number - 1 } end
  end
  local claimed, freed = taken()
  if claimed then return { 'not_unique', claimed } end

  for _, claim in ipairs(freed) do call('DEL', base .. 'claim:' .. claim) end
  for _, claim in ipairs(ask.claims) do call('SET', base .. 'claim:' .. claim.claim, claim.token) end
  for _, write in ipairs(ask.writes) do put(write.id, write.row) end
  if ask.tombstone then call('SET', base .. 'tombstone:' .. ask.tombstone.id, ask.tombstone.text) end
  for _, event in ipairs(ask.events) do
    call('HSET', base .. 'commands:' .. event.token, event.command, event.text)
    call('ZADD', base .. 'trail:' .. event.token, event.sequence, event.command)
  end
  for _, notice in ipairs(ask.notices) do
    if call('HSETNX', base .. 'notices', notice.key, notice.text) == 1 then
      call('ZADD', base .. 'outbox', call('INCR', base .. 'position'), notice.key)
    end
  end
  return { 'committed' }
end

-- The row was worked out when these two uses were the last: another one may have come in between.
function operations.touch()
  local row = read(ask.id)
  if not row or row.revision ~= ask.row.revision then return 'gone' end
  if row.used ~= ask.used or row.secret ~= ask.secret then return 'again' end
  put(ask.id, ask.row)
  return 'noted'
end

local function listed(row)
  if ask.kind and row.kind ~= ask.kind or ask.owner and row.owner ~= ask.owner then return false end
  if ask.before and row.created >= ask.before then return false end
  if not ask.status then return true end
  if row.revoked or ask.status == 'revoked' then return (row.revoked and 'revoked') == ask.status end
  return (row.ends and row.ends <= ask.now and 'ended' or 'active') == ask.status
end

-- Where to go on, or false at the end; then cursors and records in turns.
function operations.list()
  local key = ask.every and base .. 'all' or group('list', ask.tenant, ask.kind, ask.owner)
  local some = ask.status or ask.before or ask.every
  local most = some and STEP or math.min(ask.want, STEP)
  local ids = call('ZRANGEBYLEX', key, ask.after and '(' .. ask.after or '-', '+', 'LIMIT', 0, most)
  local page = { #ids == most and ids[#ids] }
  for _, id in ipairs(ids) do
    local row = read(id)
    if row and listed(row) then
      page[#page + 1] = id
      page[#page + 1] = row.record
      if #page > 2 * ask.want then
        page[1] = id
        break
      end
    end
  end
  return page
end

-- As a list.
function operations.due()
  local from = '-'
  if ask.after then
    local due, id = string.match(ask.after, '^(%-?%d+):(.+)$')
    if not due then return redis.error_reply('CURSOR it is none that this store gave out') end
    from = '(' .. place(tonumber(due), id)
  end
  local most = math.min(ask.want, STEP)
  local places = call('ZRANGEBYLEX', base .. 'due', from, '(' .. place(ask.now + 1, ''), 'LIMIT', 0, most)
  local page = { false }
  for number, at in ipairs(places) do
    local id = string.sub(at, 18)
    local cursor = string.format('%.0f:', tonumber(string.sub(at, 1, 16)) - OFFSET) .. id
    page[2 * number] = cursor
    page[2 * number + 1] = call('HGET', base .. 'token:' .. id, 'record')
    if number == most then page[1] = cursor end
  end
  return page
end

function operations.event()
  return call('HGET', base .. 'commands:' .. ask.token, ask.command)
end

function operations.done()
  return call('HEXISTS', base .. 'commands:' .. ask.token, ask.command)
end

function operations.trail()
  local events = {}
  for number, command in ipairs(call('ZRANGE', base .. 'trail:' .. ask.token, 0, -1)) do
    events[number] = call('HGET', base .. 'commands:' .. ask.token, command)
  end
  return events
end

function operations.tombstone()
  return call('GET', base .. 'tombstone:' .. ask.id)
end

-- Keys and notices in turns.
function operations.outbox()
  local found = {}
  if ask.limit < 1 then return found end
  for _, key in ipairs(call('ZRANGE', base .. 'outbox', 0, ask.limit - 1)) do
    found[#found + 1] = key
    found[#found + 1] = call('HGET', base .. 'notices', key)
  end
  return found
end

function operations.acknowledge()
  for _, key in ipairs(ask.keys) do
    call('ZREM', base .. 'outbox', key)
    call('HDEL', base .. 'notices', key)
  end
  return 0
end

return operations[ARGV[1]]()
