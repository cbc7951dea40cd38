using System.Text.Json.Serialization;

namespace TcMgc.Training.World;

internal enum Background { Plain, Gradient, Grid, Dusk, Meadow }

/// <summary>A slow move of the camera over the whole video: by so many parts of the side, to so many times the size.</summary>
internal sealed record CameraMove(double X, double Y, double Zoom);

/// <summary>A grey speck that nobody mentions.</summary>
internal sealed record Speck(double X, double Y, double VelocityX, double VelocityY);

/// <summary>All that a video shows, and all that may be said of it.</summary>
/// <param name="Seconds">Its length.</param>
/// <param name="Background">What lies behind.</param>
/// <param name="Tone">The background's tone, 0…1.</param>
/// <param name="Camera">How the camera moves.</param>
/// <param name="Objects">The objects as the video begins; each has at most one event, or two of different kinds one after the
/// other.</param>
/// <param name="Events">What happens, in order of time, one after the other.</param>
/// <param name="Specks">Distractors.</param>
internal sealed record Scene(
    int Seconds, Background Background, double Tone, CameraMove Camera, IReadOnlyList<WorldObject> Objects,
    IReadOnlyList<WorldEvent> Events, IReadOnlyList<Speck> Specks)
{
    /// <summary>The scene that this one is backwards, and is painted as; null for one that is as it was drawn.</summary>
    [JsonIgnore]
    public Scene? Forwards { get; init; }

    /// <summary>
    /// The same video backwards: sampled at every whole second it has the same frames, so that only their order tells the two
    /// apart.
    /// </summary>
    public Scene Reversed()
    {
        if (Forwards is not null)
            return Forwards;
        double last = Seconds - 1;
        WorldObject[] objects = [.. Objects.Select((_, index) => Stage.At(this, index, last).AsObject())];
        WorldEvent[] events = [
            .. Events.Reverse()
                .Select(e =>
                    e with { Kind = WorldEvent.Reversed(e.Kind), Start = last - e.End, End = last - e.Start, From = e.To,
                        To = e.From })];
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
