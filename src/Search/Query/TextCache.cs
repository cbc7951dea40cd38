using TcMgc.Model;
using TcMgc.Shared;

namespace TcMgc.Search.Query;

/// <summary>
/// The features of texts: of those that were searched for last from memory, of others from the model. Safe for concurrent use.
/// </summary>
/// <param name="model">Encodes the others.</param>
/// <param name="threads">Where the model runs.</param>
/// <param name="capacity">Most texts that are kept.</param>
internal sealed class TextCache(VideoTextModel model, ModelThreads threads, int capacity)
{
    private readonly TextQueue _queue = new((texts, processors) => model.EncodeEach(texts, threads: processors), threads);

    // By collection too: how long a search takes must not tell what others search for.
    private readonly RecentlyUsed<(CollectionId, string), TextFeatures> _known = new(capacity, _ => 1);

    /// <summary>The features of each text.</summary>
    public async ValueTask<IReadOnlyDictionary<string, TextFeatures>> EncodeAsync(
        CollectionId collection, IEnumerable<string> texts, CancellationToken cancel)
    {
        var (found, missing) = (new Dictionary<string, TextFeatures>(StringComparer.Ordinal), new List<string>());
        foreach (var text in texts.Distinct(StringComparer.Ordinal))
            if (_known.TryGet((collection, text), out var features))
                found.Add(text, features);
            else
                missing.Add(text);
        SearchTelemetry.Cached("texts", found.Count, missing.Count);
        if (missing.Count > 0)
            foreach (var (text, features) in missing.Zip(await _queue.EncodeAsync(missing, cancel)))
            {
                found.Add(text, features);
                _known.Add((collection, text), features);
            }
        return found;
    }
}
