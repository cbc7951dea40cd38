using System.Security.Cryptography;
using System.Text.Json;
using TcMgc.Model.Calibration;
using TcMgc.Model.Compute;
using TcMgc.Model.Heads;
using TcMgc.Model.Text;
using TcMgc.Model.Weights;

namespace TcMgc.Model.Store;

/// <summary>A model on disk: model.json, the weights and the tokenizer, each checked when it is opened.</summary>
public sealed class ModelFolder
{
    /// <summary>Name of the card.</summary>
    public const string CardFile = "model.json";

    /// <summary>Name of the weight file.</summary>
    public const string WeightsFile = "weights.safetensors";

    private const int IdDigits = 12, LongestCard = 1 << 24;

    private ModelFolder(string path, ModelCard card) => (Path, Card) = (path, card);

    /// <summary>Where it lies.</summary>
    public string Path { get; }

    /// <summary>What it is.</summary>
    public ModelCard Card { get; }

    /// <summary>Tells models apart in an index: the name and the first 12 digits of the weights' hash.</summary>
    public string Id => $"{Card.Name}@{Card.Weights.Sha256[..IdDigits]}";

    /// <summary>Where the weights lie.</summary>
    public string WeightsPath => System.IO.Path.Combine(Path, Card.Weights.File);

    /// <summary>Width and height of the frames that the model takes, in pixels.</summary>
    public int FrameSide => Card.Config.Encoders.FrameSide;

    /// <summary>Whether a folder holds a model.</summary>
    public static bool IsModel(string path) => File.Exists(System.IO.Path.Combine(path, CardFile));

    /// <summary>A model by its folder, or by its name among the models there are.</summary>
    /// <param name="nameOrPath">The folder, or a name.</param>
    /// <param name="models">Folder that holds models.</param>
    /// <exception cref="ModelException">There is none.</exception>
    public static ModelFolder Find(string nameOrPath, string models)
    {
        var named = System.IO.Path.Combine(models, nameOrPath);
        return Open(!IsModel(nameOrPath) && IsModel(named) ? named : nameOrPath);
    }

    /// <summary>
    /// Reads and checks the card; the weights' hash is checked by <see cref="Load"/> and <see cref="CheckHash"/>.
    /// </summary>
    /// <exception cref="ModelException">There is no model, or its card cannot be used.</exception>
    public static ModelFolder Open(string path)
    {
        var card = System.IO.Path.Combine(path, CardFile);
        if (!File.Exists(card))
            throw new ModelException(
                $"{path}: is no model folder (it has no {CardFile}); 'tcmgc model list' shows those there are");
        try
        {
            var json = ModelFile.Read(card, LongestCard, "a model's card");
            var read = JsonSerializer.Deserialize(json, ModelCardJson.Default.ModelCard)
                ?? throw new ModelException($"{card}: is empty");
            Check(card, read);
            return new(path, read);
        }
        catch (JsonException error)
        {
            throw new ModelException($"{card}: cannot be read: {error.Message}", error);
        }
    }

    private static void Check(string source, ModelCard card)
    {
        if (card.Version != ModelCard.CurrentVersion)
            throw new ModelException(
                $"{source}: is of version {card.Version}, this program reads version {ModelCard.CurrentVersion}");
        if (card.Weights.Sha256.Length != 2 * SHA256.HashSizeInBytes
            || card.Weights.File != System.IO.Path.GetFileName(card.Weights.File))
            throw new ModelException($"{source}: what it says of the weights cannot be");
        if (!card.Preprocessing.IsSupported)
            throw new ModelException(
                $"{source}: asks for frames made in another way than CLIP's: bicubic, centre crop, CLIP's mean and deviation");
        card.Config.Validate();
        SimilarityHead.Of(card.Config);
    }

    /// <summary>Checks that the weight file is the one the card was written for.</summary>
    /// <exception cref="ModelException">It is missing or another.</exception>
    public void CheckHash()
    {
        var (path, expected) = (WeightsPath, Card.Weights);
        if (!File.Exists(path))
            throw new ModelException($"{path}: the model's weights are missing; make or import the model again");
        using var file = ModelFile.Open(path);
        if (file.Length != expected.Bytes || Convert.ToHexStringLower(SHA256.HashData(file)) != expected.Sha256)
            throw new ModelException(
                $"{path}: is not the file {CardFile} was written for (SHA-256 {expected.Sha256}); make or import the model "
                    + "again");
    }

    /// <summary>The model, ready to serve.</summary>
    /// <exception cref="ModelException">The weights, the tokenizer or the calibration cannot be used.</exception>
    public VideoTextModel Load(ComputeOptions options) =>
        Card.Calibration?.ReasonFor(Card.Config.Encoders.Width) is { } reason
            ? throw new ModelException(
                $"{System.IO.Path.Combine(Path, CardFile)}: its calibration cannot be used: {reason}; calibrate the model again")
            : Load(options, Card.Calibration);

    /// <summary>The model without its calibration, to be calibrated.</summary>
    /// <exception cref="ModelException">The weights or the tokenizer cannot be used.</exception>
    public VideoTextModel LoadUncalibrated(ComputeOptions options) => Load(options, calibration: null);

    private VideoTextModel Load(ComputeOptions options, ScoreCalibration? calibration)
    {
        CheckHash();
        var tokenizer = Tokenizer.Load(Path);
        var weights = WeightFile.Open(WeightsPath);
        try
        {
            return new(Id, Card.Config, weights, tokenizer, options) { About = Card.About, Calibration = calibration };
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <summary>Writes into the card what the model's scores are worth; everything else stays as it is.</summary>
    /// <exception cref="ModelException">The card cannot be written.</exception>
    public ModelFolder Calibrate(ScoreCalibration calibration)
    {
        var (file, card) = (System.IO.Path.Combine(Path, CardFile), Card with { Calibration = calibration });
        try
        {
            File.WriteAllBytes($"{file}.partial", JsonSerializer.SerializeToUtf8Bytes(card, ModelCardJson.Default.ModelCard));
            File.Move($"{file}.partial", file, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"{file}: cannot be written: {error.Message}", error);
        }
        return new(Path, card);
    }

    /// <summary>Checks that a model could be written to a place, before much work is done for it.</summary>
    /// <exception cref="ModelException">The place is taken.</exception>
    public static void RequireFree(string path)
    {
        if (File.Exists(path) || (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any()))
            throw new ModelException($"{path}: is already there; remove it or choose another --out");
    }

    /// <summary>
    /// Writes a model beside its place and moves it there when it is whole. A place that is taken is refused, not replaced.
    /// </summary>
    /// <param name="path">Where it is to lie.</param>
    /// <param name="name">What people call it.</param>
    /// <param name="config">Sizes and head.</param>
    /// <param name="tensors">Its weights.</param>
    /// <param name="writeTokenizer">Puts the tokenizer's files into the folder it is given.</param>
    /// <param name="provenance">Where it comes from.</param>
    /// <param name="about">What it knows, in one sentence; null where nobody says.</param>
    /// <exception cref="ModelException">The place is taken or cannot be written.</exception>
    public static ModelFolder Write(string path, string name, ModelConfig config, IEnumerable<TensorSource> tensors,
        Action<string> writeTokenizer, Provenance provenance, string? about = null)
    {
        path = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        RequireFree(path);
        var partial = $"{path}.{Guid.NewGuid():n}.partial";
        try
        {
            Directory.CreateDirectory(partial);
            writeTokenizer(partial);
            string[] tokenizer = [
                .. Directory.EnumerateFiles(partial).Select(f => System.IO.Path.GetFileName(f)!).Order(StringComparer.Ordinal)];
            TensorSource[] weights = [.. tensors];
            var file = System.IO.Path.Combine(partial, WeightsFile);
            SafetensorsWriter.Write(file, weights);
            var card = new ModelCard
            {
                Name = name,
                About = about,
                Config = config,
                Tokenizer = tokenizer,
                Provenance = provenance,
                Weights = Describe(file, weights),
            };
            File.WriteAllBytes(System.IO.Path.Combine(partial, CardFile),
                JsonSerializer.SerializeToUtf8Bytes(card, ModelCardJson.Default.ModelCard));
            if (Directory.Exists(path))
                Directory.Delete(path);
            Directory.Move(partial, path);
            return new(path, card);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"{path}: cannot be written: {error.Message}", error);
        }
        finally
        {
            if (Directory.Exists(partial))
                Directory.Delete(partial, recursive: true);
        }
    }

    private static WeightsInfo Describe(string file, IEnumerable<TensorSource> weights)
    {
        using var stream = File.OpenRead(file);
        return new(WeightsFile, stream.Length, Convert.ToHexStringLower(SHA256.HashData(stream)),
            weights.Sum(t => t.Length / t.Type.Size()));
    }
}
