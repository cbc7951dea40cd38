using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using TcMgc.Shared;
using TcMgc.Shared.Configuration;

namespace TcMgc.Stores.Tests;

public sealed class SettingsTests
{
    private enum Colour
    {
        Red,
        Green,
    }

    private sealed record Options
    {
        [Range(1, 10, ErrorMessage = "must be from {1} to {2}")]
        public int Count { get; init; } = 3;

        [Range(typeof(TimeSpan), "00:00:01", "00:01:00", ErrorMessage = "must be from {1} to {2}")]
        public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);

        public Colour Colour { get; init; }

        public bool Loud { get; init; }

        public string? Name { get; init; }
    }

    [Fact]
    public void What_is_not_set_keeps_its_default() => Assert.Equal(new Options(), Read());

    [Fact]
    public void What_is_set_is_read_whatever_the_case_of_its_key()
    {
        var read =
            Read(("test:COUNT", "7"), ("Test:patience", "00:00:30"), ("Test:Colour", "green"), ("Test:Loud", "true"),
                ("Test:Name", "x"));

        Assert.Equal(
            new() { Count = 7, Patience = TimeSpan.FromSeconds(30), Colour = Colour.Green, Loud = true, Name = "x" }, read);
    }

    [Theory]
    [InlineData("Count", "many", "'many'; it must be a number from 1 to 10")]
    [InlineData("Count", "11", "must be from 1 to 10")]
    [InlineData("Count", "99999999999", "it must be a number from 1 to 10")]
    [InlineData("Patience", "soon", "it must be a time such as 00:00:30 from 00:00:01 to 00:01:00")]
    [InlineData("Patience", "01:00:00", "must be from 00:00:01 to 00:01:00")]
    [InlineData("Colour", "blue", "it must be red or green")]
    [InlineData("Colour", "7", "it must be red or green")]
    [InlineData("Loud", "very", "it must be true or false")]
    [InlineData("Cuont", "3", "is no setting; those of Test are Colour, Count, Loud, Name, Patience")]
    public void What_is_wrong_is_told_with_its_key_and_what_it_accepts(string key, string value, string told)
    {
        var error = Assert.Throws<UserException>(() => Read(($"Test:{key}", value)));

        Assert.StartsWith($"Test:{key} ", error.Message, StringComparison.Ordinal);
        Assert.Contains(told, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_that_is_wrong_is_told_at_once()
    {
        var error = Assert.Throws<UserException>(() => Read(("Test:Count", "many"), ("Test:Loud", "very")));

        Assert.Contains("Test:Count", error.Message, StringComparison.Ordinal);
        Assert.Contains("Test:Loud", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void At_the_root_the_keys_of_others_are_left_alone()
    {
        var read = Settings.Read<Options>(Configuration(("Count", "4"), ("Other", "x"), ("Section:Key", "y")));

        Assert.Equal(4, read.Count);
    }

    [Theory]
    [InlineData("Data", "", "must be a folder")]
    public void Keys_of_the_stores_are_checked(string key, string value, string accepts) =>
    Refuses<StorageOptions>(key, value, accepts);

    private static void Refuses<T>(string key, string value, string accepts) where T : class, new()
    {
        var error = Assert.Throws<UserException>(() => Settings.Read<T>(Configuration((key, value))));

        Assert.StartsWith($"{key} ", error.Message, StringComparison.Ordinal);
        Assert.Contains(accepts, error.Message, StringComparison.Ordinal);
    }

    private static Options Read(params (string Key, string Value)[] values) =>
        Settings.Read<Options>(Configuration(values), "Test");

    private static IConfiguration Configuration(params (string Key, string Value)[] values) =>
        new ConfigurationBuilder().AddInMemoryCollection(
            values.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value)))
        .Build();
}
