# Completions of orgconn for PowerShell.

Register-ArgumentCompleter -Native -CommandName orgconn -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $elements = @($commandAst.CommandElements | Where-Object { $_.Extent.StartOffset -lt $cursorPosition })
    $words = @($elements | ForEach-Object {
        if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value } else { $_.Extent.Text }
    })
    if ($elements[-1].Extent.EndOffset -lt $cursorPosition) { $words += '' }
    $encoding = [Console]::OutputEncoding
    $complete = $env:COMPLETE
    [Console]::OutputEncoding = [System.Text.UTF8Encoding]::new()
    try {
        # COMPLETE=powershell says who asks.
        $env:COMPLETE = 'powershell'
        # One argument with all words in lines: Windows PowerShell drops an empty one.
        $answer = @(& orgconn '--' ($words -join "`n") 2>$null)
    } finally {
        [Console]::OutputEncoding = $encoding
        $env:COMPLETE = $complete
    }
    $answer | Select-Object -Skip 1 | ForEach-Object {
        $typed, $shown, $description = $_ -split "`t"
        # Before PowerShell 7.3, a double quote ends an argument of a program, whatever is around it.
        if ($shown.Contains('"') -and $PSNativeCommandArgumentPassing -notin 'Standard', 'Windows') { return }
        if (-not $description) { $description = $shown }
        [System.Management.Automation.CompletionResult]::new($typed, $shown, 'ParameterValue', $description)
    }
}
