<#
.SYNOPSIS
Checks a running system, as check.sh does: sets up events, books a few tickets, sells one event out, and prints its status and every metric of the contract.
.DESCRIPTION
The exit code is 1 if an answer is wrong or a metric is missing; the output names it. Its two events remain; the second becomes the current one.
For Windows PowerShell 5.1 and PowerShell 7.
.EXAMPLE
deploy/check.ps1
.EXAMPLE
deploy/check.ps1 http://backend.example -Key tk_...
#>
param(
    [string] $Base = 'http://localhost:8000',
    # An admin's key, where the API asks who calls.
    [string] $Key = $env:KEY
)

$ErrorActionPreference = 'Stop'
Add-Type -AssemblyName System.Net.Http
$Base = $Base.TrimEnd('/')
$client = New-Object System.Net.Http.HttpClient
$client.Timeout = [TimeSpan]::FromSeconds(15)
if ($Key) { $client.DefaultRequestHeaders.Authorization = New-Object System.Net.Http.Headers.AuthenticationHeaderValue('Bearer', $Key) }
$script:failures = 0

# The expected metrics, by type. Histograms appear with their first measurement, so only those of a batched sale are expected.
$counters = 'http_requests_total', 'booking_attempts_total', 'booking_retries_total', 'booking_transitions_total', 'db_connection_errors_total', 'cache_hits_total', 'cache_misses_total'
$gauges = 'backend_cpu_usage_percent', 'backend_memory_usage_bytes', 'http_requests_inprogress', 'tickets_remaining', 'tickets_held', 'tickets_oversold', 'http_request_queue_depth',
    'worker_utilization_percent', 'db_connection_pool_size', 'db_connection_pool_used', 'db_connection_pool_available', 'db_connection_pool_utilization', 'db_connections_total'
$histograms = 'http_request_duration_seconds', 'db_query_duration_seconds', 'db_connection_wait_duration_seconds', 'http_request_queue_duration_seconds', 'booking_batch_orders',
    'booking_batch_duration_seconds'

function Write-Heading([string] $Text) { Write-Output ''; Write-Output "== $Text" }

function Write-Failure([string] $Text) {
    Write-Output "FAILED  $Text"
    $script:failures++
}

# Sends a request, and fills $script:status and $script:answer.
function Send-Request([string] $Method, [string] $Path, $Body) {
    $request = New-Object System.Net.Http.HttpRequestMessage((New-Object System.Net.Http.HttpMethod($Method)), "$Base$Path")
    if ($null -ne $Body) { $request.Content = New-Object System.Net.Http.StringContent((ConvertTo-Json $Body -Compress), [Text.Encoding]::UTF8, 'application/json') }
    try {
        $response = $client.SendAsync($request).GetAwaiter().GetResult()
        $script:status = [int] $response.StatusCode
        $script:answer = $response.Content.ReadAsStringAsync().GetAwaiter().GetResult()
    }
    catch {
        $script:status = 0
        $script:answer = $_.Exception.GetBaseException().Message
    }
}

# About the last request.
function Assert-Answer([int] $Status, [string] $Text, [string] $What) {
    if ($script:status -eq $Status -and $script:answer.Contains($Text)) { Write-Output ('{0,-8}{1}' -f 'ok', $What) }
    else { Write-Failure "${What}: expected $Status with $Text, got $($script:status): $($script:answer)" }
}

# A value in the last answer.
function Get-Field([string] $Name) { (ConvertFrom-Json $script:answer).$Name }

function New-Event([int] $Tickets) {
    Send-Request POST /setup @{ event_name = "Check of $Tickets"; total_tickets = $Tickets }
    Assert-Answer 200 '"event_id":' "an event with $Tickets tickets is set up"
    $script:event = Get-Field event_id
}

function Send-Order([string] $Path, [int] $EventId, [int] $User) { Send-Request POST $Path @{ user_id = $User; event_id = $EventId } }

Write-Heading $Base
Send-Request GET /health
if ($script:status -ne 200) {
    [Console]::Error.WriteLine("No healthy system at $Base/health (status $($script:status)): $($script:answer)")
    [Console]::Error.WriteLine("Start the system, or pass its address: $PSCommandPath http://host:port")
    exit 1
}
Assert-Answer 200 '"healthy"' 'it is healthy'

Write-Heading 'A sale'
New-Event 100
$open = $script:event
foreach ($user in 1..3) {
    Send-Order /book $open $user
    Assert-Answer 200 '"booking_id":' "buyer $user gets a ticket"
}
New-Event 5
$sold = $script:event
foreach ($user in 1..5) {
    Send-Order /book $sold $user
    Assert-Answer 200 '"booking_id":' "buyer $user of 5 gets a ticket"
}
Send-Order /book $sold 99
Assert-Answer 400 '"sold_out"' 'one more buyer is answered sold_out'

Write-Heading 'Holds'
Send-Order /holds $open 4
Assert-Answer 201 '"status":"held"' 'buyer 4 holds a ticket'
Send-Request POST "/holds/$(Get-Field hold_id)/confirm"
Assert-Answer 200 '"booking_id":' 'and confirms it'
Send-Request POST "/bookings/$(Get-Field booking_id)/cancel"
Assert-Answer 200 '"returned":1' 'and cancels it'
Send-Order /holds $open 5
Assert-Answer 201 '"status":"held"' 'buyer 5 holds a ticket'
Send-Request POST "/holds/$(Get-Field hold_id)/release"
Assert-Answer 200 '"returned":1' 'and releases it'

Write-Heading 'Status'
foreach ($id in $open, $sold) {
    Send-Request GET "/status?event_id=$id"
    $event = ConvertFrom-Json $script:answer
    Assert-Answer 200 '"oversold":0' "event ${id}: $($event.tickets_sold) of $($event.total_tickets) sold, $($event.held_tickets) held, $($event.available_tickets) left, oversold by $($event.oversold)"
}
Assert-Answer 200 '"available_tickets":0' "event $sold is sold out"
foreach ($path in '/events', '/stats', "/history?event_id=$sold") {
    Send-Request GET $path
    Assert-Answer 200 '{' "$path answers"
}

Write-Heading 'Metrics'
Start-Sleep -Seconds 2 # the ticket figures are read once a second
Send-Request GET /metrics
if ($script:status -ne 200) { Write-Failure "/metrics answers $($script:status): $($script:answer)" }
$samples = foreach ($line in $script:answer -split "`n") {
    if ($line -match '^([a-zA-Z_:][\w:]*)(?:\{.*\})? (\S+)') {
        $number = 0.0
        if ([double]::TryParse($Matches[2], [Globalization.NumberStyles]::Float, [Globalization.CultureInfo]::InvariantCulture, [ref] $number)) { [pscustomobject] @{ Name = $Matches[1]; Value = $number } }
    }
}
$byName = $samples | Group-Object Name -AsHashTable -AsString
if (-not $byName) { $byName = @{} }

function Get-Total([string] $Name) { ($byName[$Name] | Measure-Object Value -Sum).Sum }

function Write-Row($Name, $Type, $Series, $Value) { Write-Output ('{0,-40} {1,-10} {2,7}  {3}' -f $Name, $Type, $Series, $Value) }

Write-Row metric type series value
foreach ($name in $counters + $gauges) {
    if ($byName.ContainsKey($name)) { Write-Row $name $(if ($counters -contains $name) { 'counter' } else { 'gauge' }) $byName[$name].Count (Get-Total $name) }
    else { Write-Failure "$name is missing" }
}
foreach ($name in $histograms) {
    if ($byName.ContainsKey("${name}_count")) {
        $count = Get-Total "${name}_count"
        $average = if ($count) { '{0:G6} on average' -f ((Get-Total "${name}_sum") / $count) } else { 'no average' }
        Write-Row $name histogram $byName["${name}_count"].Count "$count measured, $average"
    }
    else { Write-Failure "$name is missing" }
}

Write-Heading 'Where the metrics are'
# Prints an address, and whether it answers here.
function Write-Address([string] $What, [string] $Url) {
    $there = try { if ($client.GetAsync($Url).Wait(2000)) { 'yes' } else { 'no' } } catch { 'no' }
    Write-Output ('{0,-40} {1,-44} {2}' -f $What, $Url, $there)
}
$name = ([Uri] $Base).Host
Write-Output ('{0,-40} {1,-44} {2}' -f 'metrics', 'address', 'answers')
Write-Address 'this API' "$Base/metrics"
Write-Address 'the edge (HAProxy)' "http://${name}:8404/metrics"
Write-Address 'Prometheus' "http://${name}:9090/metrics"
Write-Address 'Prometheus, to ask' "http://${name}:9090/graph"
Write-Address 'Alertmanager' "http://${name}:9093/metrics"
Write-Address 'Grafana, the dashboard' "http://${name}:3000/d/ticket-booking-metrics"

Write-Heading 'Result'
if ($script:failures -eq 0) { Write-Output 'All checks passed.' }
else {
    Write-Output "$($script:failures) checks failed, see FAILED above."
    exit 1
}
