namespace TcMgc.Training.World;

/// <summary>Generates random scenes.</summary>
internal static class SceneGenerator
{
    private const int LeastSeconds = 6, MostSeconds = 8, Columns = 3;
    private const double Still = 0.4;

    /// <summary>A scene; for training without held-out combinations.</summary>
    public static Scene Draw(Dice dice, bool training)
    {
        while (true)
        {
            var scene = Attempt(dice);
            if (scene is not null && !(training && HeldOut.Occurs(scene)))
                return scene;
        }
    }

    /// <summary>A scene of one object at rest; for training without held-out combinations.</summary>
    public static Scene DrawOne(Dice dice, bool training)
    {
        while (true)
        {
            var cell = dice.Below(Columns * Columns);
            var (background, tone) = ((Background)dice.Below(5), dice.Between(0.3, 0.7));
            var thing = Put(NewObject((ObjectShape)dice.Below(7), dice), cell, dice);
            var scene = new Scene(1, background, tone, new(0, 0, 1), [thing], [], []);
            if (!(training && HeldOut.Occurs(scene)))
                return scene;
        }
    }

    private static Scene? Attempt(Dice dice)
    {
        var seconds = LeastSeconds + dice.Below(MostSeconds - LeastSeconds + 1);
        var objects = Objects(dice);
        var events = Events(dice, objects, seconds);
        if (events is null)
            return null;
        // An object that appears is not there at the start.
        WorldObject[] placed = [
            .. objects.Select(
                (thing, index) => thing with { IsThere = !events.Any(e => e.Object == index && e.Kind == EventKind.Appears) })];
        var camera = dice.Chance(0.3)
            ? new CameraMove(dice.Between(-0.06, 0.06), dice.Between(-0.06, 0.06), dice.Between(0.94, 1.06))
            : new CameraMove(0, 0, 1);
        Speck[] specks = [.. Enumerable.Range(0, dice.Below(5)).Select(_ =>
            new Speck(dice.Between(0, 1), dice.Between(0, 1), dice.Between(-0.05, 0.05), dice.Between(-0.05, 0.05)))];
        return new(seconds, (Background)dice.Below(5), dice.Between(0.3, 0.7), camera, placed, events, specks);
    }

    private static WorldObject[] Objects(Dice dice)
    {
        var cells = dice.Shuffled(Enumerable.Range(0, Columns * Columns));
        var objects = new List<WorldObject>();
        var count = 2 + dice.Below(3);
        var alike = dice.Chance(0.3) ? (ObjectShape?)dice.Below(7) : null;
        while (objects.Count < count)
        {
            var shape = objects.Count < 2 && alike is { } same ? same : (ObjectShape)dice.Below(7);
            var thing = NewObject(shape, dice);
            if (!objects.Exists(other => other.Shape == shape && other.Colour == thing.Colour))
                objects.Add(Put(thing, cells[objects.Count], dice));
        }
        return [.. objects];
    }

    /// <summary>A random object of a shape, without a position.</summary>
    private static WorldObject NewObject(ObjectShape shape, Dice dice)
    {
        var (colour, size) = ((ObjectColour)dice.Below(8), (ObjectSize)dice.Below(2));
        return new(shape, colour, size, dice.Chance(0.55) ? ObjectTexture.Plain : (ObjectTexture)(1 + dice.Below(2)), X: 0, Y: 0);
    }

    private static WorldObject Put(WorldObject thing, int cell, Dice dice) =>
        thing with { X = Centre(cell % Columns, dice), Y = Centre(cell / Columns, dice) };

    private static double Centre(int cell, Dice dice) => 0.19 + (0.31 * cell) + dice.Between(-0.04, 0.04);

    /// <summary>
    /// Two or three events one after the other, sometimes two of them on the same object; null where they do not fit.
    /// </summary>
    private static WorldEvent[]? Events(Dice dice, WorldObject[] objects, int seconds)
    {
        var count = objects.Length > 2 && dice.Chance(0.5) ? 3 : 2;
        var length = (seconds - 1 - (2 * Still)) / count;
        var actors = dice.Chance(0.2) ? [0, 0, 1] : dice.Shuffled(Enumerable.Range(0, objects.Length));
        var events = new List<WorldEvent>();
        for (var i = 0; i < count; i++)
        {
            var actor = actors[i];
            var kind = (EventKind)dice.Below(10);
            var to = (ObjectColour)dice.Below(8);
            var start = Still + (i * length);
            var happening = new WorldEvent(actor, kind, start, start + length, objects[actor].Colour, to);
            if (!Fits(happening, objects[actor], events.Find(e => e.Object == actor)))
                return null;
            events.Add(happening);
        }
        return [.. events];
    }

    private static bool Fits(WorldEvent happening, WorldObject thing, WorldEvent? former)
    {
        var (x, y) = happening.Direction;
        var (endX, endY) = (thing.X + (x * WorldEvent.Distance), thing.Y + (y * WorldEvent.Distance));
        var inside = endX is > 0.08 and < 0.92 && endY is > 0.08 and < 0.92;
        var possible = happening.Kind switch
        {
            EventKind.Grows => thing.Size == ObjectSize.Small,
            EventKind.Shrinks => thing.Size == ObjectSize.Large,
            EventKind.Spins => thing.Shape is not (ObjectShape.Circle or ObjectShape.Ring),
            EventKind.ChangesColour => happening.To != thing.Colour,
            _ => true,
        };
        // Of an object's two events only the first may be a motion, and in neither does the object appear or vanish.
        var follows = former is null || (former.Kind is not (EventKind.Vanishes or EventKind.Appears or EventKind.ChangesColour)
            && former.Kind != happening.Kind && happening.Direction == (0, 0)
            && happening.Kind is not (EventKind.Vanishes or EventKind.Appears));
        return inside && possible && follows;
    }
}
