namespace TcMgc.Model.Checkpoints;

/// <summary>What a file beside a checkpoint says of the model beyond the shapes of its tensors.</summary>
internal interface IClipConfig
{
    /// <summary>Checks that the model is one that is computed here, and adds what shapes do not tell.</summary>
    /// <param name="clip">What shapes tell.</param>
    /// <exception cref="ModelException">It is a CLIP of another make, or the file is of other tensors.</exception>
    ClipArchitecture Refine(ClipArchitecture clip);
}
