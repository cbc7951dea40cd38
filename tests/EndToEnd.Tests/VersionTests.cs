namespace TcMgc.EndToEnd.Tests;

/// <summary>The version that <c>./tcmgc</c> builds, in a small clone whose dotnet only writes down what it is asked.</summary>
public sealed class VersionTests : IDisposable
{
    private readonly string _outer = Directory.CreateTempSubdirectory("tcmgc-version-").FullName;

    public void Dispose() => Directory.Delete(_outer, recursive: true);

    [Fact]
    public async Task A_tag_is_the_version_that_is_built_once_and_sources_without_one_are_no_release()
    {
        var clone = Path.Combine(_outer, "clone");
        foreach (var file in (string[])["tcmgc", "eng/version.sh", "Directory.Build.props", "Directory.Build.targets"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(clone, file))!);
            File.Copy(Path.Combine(SharedFolder.RepositoryRoot, file), Path.Combine(clone, file));
        }
        using var run = ProgramRun.StartIn(_outer, "bash", ["-euc", """
            export PATH="$PWD/bin:$PATH" GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
            export GIT_CONFIG_GLOBAL=/dev/null
            mkdir bin clone/src
            cat >bin/dotnet <<'END'
            #!/usr/bin/env bash
            while [ $# -gt 0 ]; do case "$1" in -p:Version=*) echo "$1" ;; esac; shift; done >>built
            mkdir -p clone/src/Cli/bin/Release/net10.0 && touch clone/src/Cli/bin/Release/net10.0/tcmgc.dll
            END
            echo 'mkdir -p clone/artifacts' >clone/eng/setup.sh
            chmod +x bin/dotnet clone/eng/setup.sh
            git init -q . && git commit -q --allow-empty -m one && git tag v1.2.3
            ./clone/tcmgc build
            ./clone/tcmgc build
            cd clone && git init -q . && git commit -q --allow-empty -m one && cd ..
            ./clone/tcmgc build
            git -C clone tag v9.9.9
            ./clone/tcmgc build
            ./clone/tcmgc build
            cat built
            """], []);

        var ended = await run.EndAsync();

        Assert.Equal((0, "-p:Version=0.1.0-dev\n-p:Version=9.9.9\n"), (ended.Status, ended.Output));
    }
}
