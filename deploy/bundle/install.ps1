# 从离线安装包安装或升级看板。用法:powershell -ExecutionPolicy Bypass -File install.ps1 [--to C:\board]
# Finds a Python from 3.11 on; all else is done by install.py, the same on every system. This file begins with a byte order mark: without
# one, Windows PowerShell 5.1 reads it in the machine's own code page.
$ErrorActionPreference = "Stop"
Set-Location -LiteralPath $PSScriptRoot
$env:PYTHONUTF8 = "1"

$candidates = @()
if ($env:PYTHON) { $candidates += , @($env:PYTHON) }
$candidates += , @("py", "-3.12")
$candidates += , @("py", "-3.11")
$candidates += , @("py", "-3.13")
$candidates += , @("python")

foreach ($candidate in $candidates) {
    $program = $candidate[0]
    $before = @($candidate | Select-Object -Skip 1)
    if (-not (Get-Command $program -ErrorAction SilentlyContinue)) { continue }
    $ErrorActionPreference = "Continue"
    & $program @before -c "import sys; sys.exit(not (3, 11) <= sys.version_info[:2])" 2>$null
    $found = $LASTEXITCODE -eq 0
    $ErrorActionPreference = "Stop"
    if ($found) {
        & $program @before -I install.py @args
        exit $LASTEXITCODE
    }
}
Write-Host "没有找到 Python 3.11 或更新版本。请先安装(见本目录的 安装说明.md),或指定:`$env:PYTHON = 'C:\路径\python.exe'"
exit 1
