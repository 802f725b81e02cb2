-- Plays the requests of a file in turn, each connection after a pause, and counts the answers.
-- Arguments: the file, and the milliseconds of a pause on average; each lasts up to twice as long.

local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  requests, turn, served, refused, wrong = {}, 0, 0, 0, 0
  for request in io.open(args[1], "rb"):read("*a"):gmatch("[^%z]+") do
    table.insert(requests, request)
  end
  pause = tonumber(args[2])
end

function delay()
  return math.random() * 2 * pause
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end

function response(status, headers)
  if status < 400 then
    served = served + 1
  elseif status == 503 and headers["Retry-After"] then
    refused = refused + 1
  else
    wrong = wrong + 1
  end
end

function done(summary, latency)
  local errors, thread = summary.errors, threads[1]
  print(string.format(
    '{"seconds": %f, "served": %d, "refused": %d, "wrong": %d, "lost": %d, "p50": %f, "p99": %f}',
    summary.duration / 1e6, thread:get("served"), thread:get("refused"), thread:get("wrong"),
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
