-- Asks Grantway whether a request may pass: `http-request lua.grantway <address>`. A yes sets the identity headers of the
-- request; anything else, a Grantway that is away included, becomes the answer.

-- What your application believes, by the identity mode of its routes.
local IDENTITY = { 'x-identity' }
-- What of a refusal the client is told.
local TOLD = {
    'www-authenticate', 'retry-after', 'ratelimit', 'ratelimit-policy', 'allow', 'content-type', 'cache-control', 'x-request-id',
}
local TIMEOUT_MS = 5000

-- Every value of a field, as HAProxy has them: from 0.
local function values_of(headers, name)
    local values = {}
    local index = 0
    while headers[name] ~= nil and headers[name][index] ~= nil do
        table.insert(values, headers[name][index])
        index = index + 1
    end
    return values
end

local function refuse(txn, status, headers, body)
    local reply = txn:reply({ status = status })
    for _, name in ipairs(TOLD) do
        for _, value in ipairs(values_of(headers, name)) do reply:add_header(name, value) end
    end
    reply:set_body(body or '')
    txn:done(reply)
end

core.register_action('grantway', { 'http-req' }, function(txn, address)
    local question = {
        ['host'] = { address },
        ['x-forwarded-method'] = { txn.f:method() },
        ['x-forwarded-uri'] = { txn.f:pathq() },
        ['x-forwarded-for'] = { txn.f:src() },
        ['x-forwarded-host'] = { txn.sf:req_hdr('host') },
        ['x-forwarded-proto'] = { txn.f:ssl_fc() == 1 and 'https' or 'http' },
    }
    local authorizations = values_of(txn.http:req_get_headers(), 'authorization')
    if #authorizations > 0 then question['authorization'] = authorizations end

    local answer = core.httpclient():get({
        url = 'http://' .. address .. '/forward-auth/haproxy',
        headers = question,
        timeout = TIMEOUT_MS,
    })
    if answer == nil or answer.status == nil or answer.status < 200 or answer.status > 599 then
        return refuse(txn, 503, { ['retry-after'] = { [0] = '2' } })
    end
    if answer.status ~= 200 then return refuse(txn, answer.status, answer.headers, answer.body) end
    for _, name in ipairs(IDENTITY) do
        txn.http:req_del_header(name)
        for _, value in ipairs(values_of(answer.headers, name)) do txn.http:req_add_header(name, value) end
    end
end, 1)
