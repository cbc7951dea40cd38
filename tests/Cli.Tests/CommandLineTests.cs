using FsCheck.Xunit;

namespace TcMgc.Cli.Tests;

/// <summary>What is said of a command line before anything is done.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("", "search")]
    [InlineData("model", "pull")]
    [InlineData("bench", "train")]
    public async Task A_group_of_commands_alone_shows_what_belongs_to_it(string group, string command)
    {
        var (status, output, errors) = await CommandRun.Of(Words(group));

        Assert.Equal((0, ""), (status, errors));
        Assert.Contains("Usage:", output, StringComparison.Ordinal);
        Assert.Contains($"\n  {command} ", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("serch dog", "tcmgc: There is no command 'serch'; did you mean 'search'? Try 'tcmgc --help'.")]
    [InlineData("model pul ViT-B/32", "tcmgc: There is no command 'pul'; did you mean 'pull'? Try 'tcmgc model --help'.")]
    [InlineData("paint", "tcmgc: There is no command 'paint'. Try 'tcmgc --help'.")]
    [InlineData("search dog --tpo 3", "tcmgc: There is no option '--tpo'; did you mean '--top'? Try 'tcmgc search --help'.")]
    [InlineData("serve --prot 80", "tcmgc: There is no option '--prot'; did you mean '--port'? Try 'tcmgc serve --help'.")]
    [InlineData("search dog --treshold 1",
        "tcmgc: There is no option '--treshold'; did you mean '--threshold'? Try 'tcmgc search --help'.")]
    [InlineData("search dog -n",
        "tcmgc: There is no option '-n'; an argument that begins with '-' must follow a '--'. Try 'tcmgc search --help'.")]
    [InlineData("search dog --top many",
        "tcmgc: --top is 'many'; it must be a whole number. Try 'tcmgc search --help'.")]
    [InlineData("search dog --top 99999999999",
        "tcmgc: --top is '99999999999'; it must be a smaller number. Try 'tcmgc search --help'.")]
    [InlineData("search dog --device gpu", "tcmgc: --device is 'gpu'; it must be one of cpu, cuda. Try 'tcmgc search --help'.")]
    [InlineData("train --dataset a --out b --lr fast",
        "tcmgc: --lr is 'fast'; it must be a number. Try 'tcmgc train --help'.")]
    [InlineData("search dog --top --data x",
        "tcmgc: What stands before --data needs a value after it. Try 'tcmgc search --help'.")]
    [InlineData("serve --port abc", "tcmgc: --port is 'abc'; it must be a whole number. Try 'tcmgc serve --help'.")]
    [InlineData("serve --port 70000", "tcmgc: --port is 70000; it must be from 0 to 65535. Try 'tcmgc serve --help'.")]
    [InlineData("serve --urls http://127.0.0.1:1 --port 2",
        "tcmgc: --urls says host and port already; give it alone. Try 'tcmgc serve --help'.")]
    [InlineData("serve --host a/b --insecure",
        "tcmgc: --host is 'a/b'; it must be localhost or an address of this machine, such as 127.0.0.1. "
        + "Try 'tcmgc serve --help'.")]
    [InlineData("serve --host 999.1.1.1 --insecure",
        "tcmgc: --host is '999.1.1.1'; it must be localhost or an address of this machine, such as 127.0.0.1. "
        + "Try 'tcmgc serve --help'.")]
    [InlineData("search dog --topp=3", "tcmgc: There is no option '--topp=3'; did you mean '--top'? Try 'tcmgc search --help'.")]
    [InlineData("search dog --weights 1 2",
        "tcmgc: --weights has 2 numbers for 1 text; give one for each. Try 'tcmgc search --help'.")]
    [InlineData("keys ad", "tcmgc: There is no command 'ad'; did you mean 'add'? Try 'tcmgc keys --help'.")]
    [InlineData("completion bahs",
        "tcmgc: 'bahs' is none of bash, zsh, fish, pwsh; did you mean 'bash'? Try 'tcmgc completion --help'.")]
    [InlineData("index", "tcmgc: PATH is missing. Try 'tcmgc index --help'.")]
    [InlineData("index --data here", "tcmgc: PATH is missing. Try 'tcmgc index --help'.")]
    [InlineData("index *", "tcmgc: PATH is empty. Try 'tcmgc index --help'.")]
    [InlineData("videos --data *", "tcmgc: --data is empty. Try 'tcmgc videos --help'.")]
    public async Task A_mistake_is_told_in_one_line_with_what_was_meant(string typed, string line)
    {
        var (status, output, errors) = await CommandRun.Of(Words(typed));

        Assert.Equal((2, "", line + Environment.NewLine), (status, output, errors));
    }

    [Fact]
    public async Task A_negative_number_and_what_follows_two_dashes_are_no_options()
    {
        using var none = new ScratchFolder();

        var (status, _, errors) =
            await CommandRun.Of("search", "--weights", "1", "-0.5", "--data", none.Path, "--", "dog", "-cat");

        Assert.Equal(1, status);
        Assert.Contains("nothing is indexed there", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_refuses_a_setting_says_only_that()
    {
        using var none = new ScratchFolder();

        var (status, _, errors) = await CommandRun.Of("serve", "--data", none.Path, "--port", "0", "--set", "Search:Candidates=0",
            "--model", Path.Combine(SharedFolder.RepositoryRoot, "models", "tiny"));

        Assert.Equal((1, "tcmgc: Search:Candidates must be from 1 to 100000" + Environment.NewLine), (status, errors));
    }

    [Theory]
    [InlineData("--host 192.0.2.1", "Urls: 192.0.2.1 is no address of this machine")]
    [InlineData("--host 192.0.2.1 --insecure", "Urls: 192.0.2.1 is no address of this machine")]
    [InlineData("--urls http://not.a.host:80 --insecure",
        "Urls has 'http://not.a.host:80'; its host must be localhost or an address of this machine, such as 127.0.0.1")]
    public async Task An_address_of_another_machine_is_refused_before_keys_are_asked_for(string where, string line)
    {
        using var none = new ScratchFolder();

        var (status, output, errors) = await CommandRun.Of([.. Words($"serve {where} --data"), none.Path]);

        Assert.Equal((1, "", $"tcmgc: {line}{Environment.NewLine}"), (status, output, errors));
    }

    [Fact]
    public async Task The_version_is_printed()
    {
        var (status, output, errors) = await CommandRun.Of("--version");

        Assert.Equal((0, ""), (status, errors));
        Assert.Matches(@"^\d+\.\d+\.\d+\S*\n$", output);
    }

    [Fact]
    public async Task A_text_may_begin_with_an_at_sign_and_a_path_with_a_slash()
    {
        using var none = new ScratchFolder();

        var (_, _, text) = await CommandRun.Of("search", "@dog", "--data", none.Path);
        var (_, _, path) = await CommandRun.Of("index", "/h", "--data", none.Path);

        Assert.Contains("nothing is indexed there", text, StringComparison.Ordinal);
        Assert.Contains("'/h' does not exist", path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_environment_says_where_the_index_lies_unless_the_command_does()
    {
        using var folder = new ScratchFolder();
        var before = Environment.GetEnvironmentVariable("TCMGC_DATA");
        Environment.SetEnvironmentVariable("TCMGC_DATA", folder.Path);
        try
        {
            var (status, _, _) = await CommandRun.Of("keys", "add", "phone");
            Assert.Equal((0, true), (status, File.Exists(folder.File("keys.json"))));

            var (_, help, _) = await CommandRun.Of("keys", "add", "--help");
            Assert.Contains($"[default: {folder.Path}]", help, StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable("TCMGC_DATA", before);
        }
    }

    [Fact]
    public async Task What_the_system_refuses_is_told_in_one_line_without_a_stack_trace()
    {
        using var folder = new ScratchFolder();
        var file = folder.File("file");
        await File.WriteAllTextAsync(file, "");

        var (status, output, errors) =
            await CommandRun.Of("dataset", "synthesize", "--out", Path.Combine(file, "below"), "--videos", "1");

        Assert.Equal((1, ""), (status, output));
        Assert.Matches("^tcmgc: [^\\n]*below[^\\n]*\n$", errors);
    }

    [Theory]
    [InlineData("bash", "complete -o default -F _tcmgc tcmgc")]
    [InlineData("zsh", "compdef _tcmgc tcmgc")]
    [InlineData("fish", "complete -c tcmgc")]
    [InlineData("pwsh", "Register-ArgumentCompleter -Native -CommandName tcmgc")]
    public async Task A_script_for_each_shell_completes_what_is_typed(string shell, string registration)
    {
        var (status, script, _) = await CommandRun.Of("completion", shell);
        Assert.Equal(0, status);
        Assert.Contains(registration, script, StringComparison.Ordinal);

        var (_, commands, _) = await CommandRun.Of("[suggest:10]", "tcmgc sear");
        Assert.Contains("search", commands.Split(Environment.NewLine));
        var (_, options, _) = await CommandRun.Of("[suggest:18]", "./tcmgc serve --po");
        Assert.Contains("--port", options.Split(Environment.NewLine));
    }

    [Property]
    public bool Any_two_words_are_as_far_from_each_other_as_the_other_way_round(string? one, string? other)
    {
        var distance = Typos.Distance(one ?? "", other ?? "");
        return distance == Typos.Distance(other ?? "", one ?? "") && (distance == 0) == ((one ?? "") == (other ?? ""));
    }

    /// <summary>The words of a line; a star is an empty one.</summary>
    private static string[] Words(string typed) =>
        [.. typed.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => word == "*" ? "" : word)];
}
