using TcMgc.Shared;
using TcMgc.Shared.Vectors;

namespace TcMgc.Search.Query;

/// <summary>
/// The model of the index, remembered: asking a server for it takes a round trip. It is asked again after <see cref="Forget"/>.
/// </summary>
internal sealed class BoundModel(IVectorIndex index, string loadedModelId)
{
    private IndexModel? _known;

    /// <summary>The model, which is the loaded one; null where nothing was ever indexed.</summary>
    /// <exception cref="UserException">The index is another model's.</exception>
    public async ValueTask<IndexModel?> GetAsync(CancellationToken cancel)
    {
        if (_known is { } known)
            return known;
        var bound = await index.GetModelAsync(cancel);
        if (bound is not null && bound.Id != loadedModelId)
            throw new UserException($"the index holds features of model {bound.Id}, the loaded model is {loadedModelId}; "
                + $"search with {bound.Id}, or index the videos again with {loadedModelId}");
        return _known = bound;
    }

    /// <summary>The index may be another model's by now.</summary>
    public void Forget() => _known = null;
}
