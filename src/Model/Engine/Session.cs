using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using TcMgc.Model.Graphs;
using TcMgc.Model.Weights;

namespace TcMgc.Model.Engine;

/// <summary>
/// A graph made ready to run by ONNX Runtime on one device. Safe for concurrent use; each caller binds its own
/// <see cref="Binding"/>. The weights are mapped from their file, not copied into the model.
/// </summary>
public sealed class Session : IDisposable
{
    private readonly InferenceSession _session;

    private Session(Graph graph, InferenceSession session)
    {
        Graph = graph;
        _session = session;
    }

    /// <summary>The graph it runs.</summary>
    public Graph Graph { get; }

    /// <summary>Prepares a graph.</summary>
    /// <param name="graph">What to run.</param>
    /// <param name="weights">Where its parameters are; null for a graph without any.</param>
    /// <param name="options">Where and how.</param>
    /// <exception cref="ModelException">A weight is missing or of the wrong shape, or the device cannot be used.</exception>
    public static Session Create(Graph graph, WeightFile? weights, EngineOptions options)
    {
        var model = OnnxWriter.Write(graph, weights);
        using var settings = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        if (options.Threads > 0)
            settings.IntraOpNumThreads = options.Threads;
        if (weights is not null)
            settings.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", Path.GetDirectoryName(Path.GetFullPath(weights.Path))!);
        if (options.Device == Device.Cuda)
            UseCuda(settings, options.DeviceId);
        try
        {
            return new(graph, new InferenceSession(model, settings));
        }
        catch (OnnxRuntimeException error) when (options.Device == Device.Cuda)
        {
            throw NoCuda(options.DeviceId, error);
        }
    }

    /// <summary>Reusable buffers for one caller.</summary>
    public Binding Bind() => new(this, _session);

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    private static void UseCuda(SessionOptions settings, int device)
    {
        try
        {
            using var cuda = new OrtCUDAProviderOptions();
            cuda.UpdateOptions(new() { ["device_id"] = device.ToString(CultureInfo.InvariantCulture) });
            settings.AppendExecutionProvider_CUDA(cuda);
        }
        catch (OnnxRuntimeException error)
        {
            throw NoCuda(device, error);
        }
    }

    private static ModelException NoCuda(int device, OnnxRuntimeException error) => new(
        $"CUDA device {device} cannot be used: {FirstLine(error.Message)}. Install ONNX Runtime's CUDA provider with CUDA and cuDNN, or use --device cpu", error);

    private static string FirstLine(string message) => message.Split('\n', 2)[0].TrimEnd('.', ' ');
}
