namespace TcMgc.EndToEnd.Tests;

/// <summary>The script for bash, in a bash.</summary>
public sealed class CompletionTests
{
    [Fact]
    public async Task Bash_completes_commands_and_options_and_leaves_the_rest_to_its_files()
    {
        var program = string.Join(' ', ProgramRun.Command.Select(word => $"'{word}'"));
        using var run = ProgramRun.StartIn(Path.GetTempPath(), "bash", ["-c", $$"""
            tcmgc() { {{program}} "$@"; }
            source <(tcmgc completion bash)
            complete -p tcmgc
            complete() { COMP_WORDS=($COMP_LINE) COMP_POINT=${#COMP_LINE} COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _tcmgc; }
            HOME=$(mktemp -d)
            { echo '#!/usr/bin/env bash'; declare -f tcmgc; echo 'tcmgc "$@"'; } >~/tcmgc; chmod +x ~/tcmgc
            COMP_LINE='~/tcmgc serv'; complete; echo "${COMPREPLY[*]}"
            rm -r "$HOME"
            COMP_LINE='tcmgc repl'; complete; echo "${COMPREPLY[*]}"
            COMP_LINE='tcmgc serve --po'; complete; echo "${COMPREPLY[*]}"
            COMP_LINE='tcmgc search dog --device c'; complete; echo "${COMPREPLY[*]}"
            COMP_LINE='tcmgc index holid'; complete; echo "${#COMPREPLY[*]}"
            """], []);

        var ended = await run.EndAsync();

        Assert.Equal((0, "complete -o default -F _tcmgc tcmgc\nserve\nreplay\n--port\ncpu cuda\n0\n", ""),
            (ended.Status, ended.Output, ended.Errors));
    }
}
