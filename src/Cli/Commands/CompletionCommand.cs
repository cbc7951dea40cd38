using System.CommandLine;

namespace TcMgc.Cli.Commands;

/// <summary>
/// <c>tcmgc completion</c>: a script that completes commands and options in a shell. The shell asks the program itself, by the
/// <c>[suggest]</c> directive of the parser.
/// </summary>
internal static class CompletionCommand
{
    private static readonly Dictionary<string, string> s_scripts = new()
    {
        ["bash"] = """
            _tcmgc() {
              local IFS=$'\n' found program=${COMP_WORDS[0]}
              [[ $program == \~/* ]] && program=$HOME${program:1}
              found=$("$program" "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)
              COMPREPLY=($(compgen -W "$found" -- "${COMP_WORDS[COMP_CWORD]}"))
            }
            complete -o default -F _tcmgc tcmgc ./tcmgc
            """,
        ["zsh"] = """
            #compdef tcmgc
            (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
            _tcmgc() {
              local -a found
              found=("${(@f)$(${~words[1]} "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}")
              (( ${#found} )) && compadd -- $found || _files
            }
            compdef _tcmgc tcmgc ./tcmgc
            """,
        ["fish"] = """
            function __tcmgc
              set -l line (commandline -cp)
              set -l words (commandline -opc)
              set -l program (string replace -r '^~/' "$HOME/" -- $words[1])
              $program "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
            end
            complete -c tcmgc -a '(__tcmgc)'
            """,
        ["pwsh"] = """
            Register-ArgumentCompleter -Native -CommandName tcmgc -ScriptBlock {
              param($word, $command, $cursor)
              & $command.CommandElements[0].Value "[suggest:$cursor]" "$command".PadRight($cursor) 2>$null |
                Where-Object { $_ -like "$word*" } |
                ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
            }
            """,
    };

    public static Command Create()
    {
        var shell = new Argument<string>("SHELL") { Description = $"One of {string.Join(", ", s_scripts.Keys)}." };
        shell.AcceptOnlyFromAmong([.. s_scripts.Keys]);
        var command = new Command(
            "completion", "Print a script that completes commands in a shell: source <(tcmgc completion bash).") { shell };
        command.SetAction(parsed => Console.WriteLine(s_scripts[parsed.GetValue(shell)!]));
        return command;
    }
}
