using Microsoft.Data.Sqlite;
using TcMgc.Shared;
using TcMgc.Shared.Vectors;
using TcMgc.Stores.Sqlite;
using static TcMgc.Stores.Tests.SampleSegments;

namespace TcMgc.Stores.Tests.Sqlite;

public sealed class SqliteVectorIndexTests : VectorIndexContract, IDisposable
{
    private readonly ScratchFolder _folder = new();
    private readonly Dictionary<IVectorIndex, string> _paths = [];

    public void Dispose()
    {
        foreach (var index in _paths.Keys)
            ((SqliteVectorIndex)index).Dispose();
        _folder.Dispose();
    }

    protected override IVectorIndex Create() => Open(_folder.File($"index-{_paths.Count}.db"));

    protected override IVectorIndex Reopen(IVectorIndex index) => Open(_paths[index]);

    [Fact]
    public async Task A_transaction_that_was_not_finished_is_invisible()
    {
        var index = await Bound();
        await index.UpsertAsync(Of(1, 2, 1), Never);
        using var killed = new SqliteConnection($"Data Source={_paths[index]};Pooling=False");
        killed.Open();
        using (var transaction = killed.BeginTransaction())
        {
            using var delete = killed.CreateCommand();
            delete.CommandText = "DELETE FROM segments; DELETE FROM model";
            delete.ExecuteNonQuery();

            await FindsTheSame(Reopen(index), Of(1, 2, 1), new(1), 5);
        }
        await FindsTheSame(Reopen(index), Of(1, 2, 1), new(1), 5);
    }

    [Fact]
    public async Task Searches_and_writes_may_run_at_the_same_time()
    {
        var index = await Bound();
        await index.UpsertAsync(Of(0, 1, 1), Never);
        var writer = Task.Run(async () =>
        {
            for (var i = 1; i < 40; i++)
                await index.UpsertAsync(Of(i % 5, 1 + i % 7, i), Never);
        });
        var searchers = Enumerable.Range(0, 3).Select(seed => Task.Run(async () =>
        {
            while (!writer.IsCompleted)
                Assert.NotEmpty(seed == 0
                    ? (IEnumerable<object>)(await index.NearestFramesAsync(default, Unit(new(seed)), 3, Never)).Cast<object>()
                    : (await index.NearestAsync(default, VectorSpace.Text, Unit(new(seed)), 3, Never)).Cast<object>());
        }));

        await Task.WhenAll([writer, .. searchers]);
    }

    [Theory]
    [InlineData("text_vector", "x'00'", "a vector of 0 values where there should be 8")]
    [InlineData("times", "zeroblob(400)", "a segment of 100 frames")]
    [InlineData("id", "x'0102'", "a vector of 2 values where there should be 16")]
    public async Task A_row_that_something_else_changed_is_told_as_damage(string column, string value, string reason)
    {
        var index = await Bound();
        await index.UpsertAsync(Of(1, 1, 1), Never);
        using (var other = new SqliteConnection($"Data Source={_paths[index]};Pooling=False"))
        {
            other.Open();
            using var update = other.CreateCommand();
            update.CommandText = $"UPDATE segments SET {column} = {value}";
            update.ExecuteNonQuery();
        }

        var error = await Assert.ThrowsAsync<UserException>(async () =>
            await index.NearestAsync(CollectionId.Default, VectorSpace.Text, new float[8], 1, Never));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Contains("remove it and run 'tcmgc rebuild'", error.Message, StringComparison.Ordinal);
    }

    private SqliteVectorIndex Open(string path)
    {
        var index = new SqliteVectorIndex(path);
        _paths[index] = path;
        return index;
    }
}
