using System.Text.Json.Serialization;

namespace TcMgc.Training.World;

internal enum Background { Plain, Gradient, Grid, Dusk, Meadow }

/// <summary>A slow move of the camera over the whole video: a shift in parts of the picture's side, and a zoom factor.</summary>
internal sealed record CameraMove(double X, double Y, double Zoom);

/// <summary>A grey speck that no caption mentions.</summary>
internal sealed record Speck(double X, double Y, double VelocityX, double VelocityY);

/// <summary>Everything that a video shows and captions may mention.</summary>
/// <param name="Seconds">Length in seconds.</param>
/// <param name="Background">Kind of background.</param>
/// <param name="Tone">The background's tone, 0…1.</param>
/// <param name="Camera">How the camera moves.</param>
/// <param name="Objects">The objects at the start of the video; each has at most two events, of different
/// kinds.</param>
/// <param name="Events">The events, in order of time, without overlap.</param>
/// <param name="Specks">Distractors.</param>
internal sealed record Scene(
    int Seconds, Background Background, double Tone, CameraMove Camera, IReadOnlyList<WorldObject> Objects,
    IReadOnlyList<WorldEvent> Events, IReadOnlyList<Speck> Specks)
{
    /// <summary>The scene of which this one is the reverse; null for a scene that is not reversed.</summary>
    [JsonIgnore]
    public Scene? Forwards { get; init; }

    /// <summary>
    /// The video backwards. At whole seconds both have the same frames, so that only the order of the frames differs.
    /// </summary>
    public Scene Reversed()
    {
        if (Forwards is not null)
            return Forwards;
        double last = Seconds - 1;
        WorldObject[] objects = [.. Objects.Select((_, index) => Stage.At(this, index, last).AsObject())];
        WorldEvent[] events = [.. Events.Reverse().Select(e => e.Reversed(last))];
        Speck[] specks = [
            .. Specks.Select(s => new Speck(s.X + (s.VelocityX * last), s.Y + (s.VelocityY * last), -s.VelocityX, -s.VelocityY))];
        return this with
        {
            Objects = objects,
            Events = events,
            Specks = specks,
            Camera = Camera with { X = -Camera.X, Y = -Camera.Y, Zoom = 1 / Camera.Zoom },
            Forwards = this
        };
    }
}
