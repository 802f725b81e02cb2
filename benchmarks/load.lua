-- Plays the requests of a file in turn, and looks at every answer: its status, and the length of its body.
-- Arguments: the file, the statuses that may come, the shortest and longest body of the first of them, and, where
-- something is sold out, after how many answers of that first status.

local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  requests, turn, sold, wrong, first = {}, 0, 0, 0, ""
  for request in io.open(args[1], "rb"):read("*a"):gmatch("[^%z]+") do
    table.insert(requests, request)
  end
  allowed = {}
  for status in args[2]:gmatch("%d+") do
    expected = expected or tonumber(status)
    allowed[tonumber(status)] = true
  end
  shortest, longest, wanted = tonumber(args[3]), tonumber(args[4]), tonumber(args[5])
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end

function response(status, headers, body)
  if not allowed[status] or status == expected and (#body < shortest or #body > longest) then
    if wrong == 0 then
      first = status .. " with " .. #body .. " bytes"
    end
    wrong = wrong + 1
  elseif status == expected and wanted then
    sold = sold + 1
    if sold == wanted then
      print("SOLD OUT")
      io.stdout:flush()
      wrk.thread:stop()
    end
  end
end

function done(summary, latency)
  local errors, thread = summary.errors, threads[1]
  print(string.format(
    '{"requests": %d, "seconds": %f, "p50": %f, "p99": %f, "lost": %d, "wrong": %d, "first": "%s"}',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.connect + errors.read + errors.write + errors.timeout, thread:get("wrong"), thread:get("first")))
end
