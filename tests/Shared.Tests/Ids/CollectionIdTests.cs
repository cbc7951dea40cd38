using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace TcMgc.Shared.Tests.Ids;

public sealed class CollectionIdTests
{
    private static readonly Gen<CollectionId> s_any =
        from first in Gen.Elements("abcz".ToCharArray())
        from rest in Gen.Elements("az09-".ToCharArray()).ArrayOf()
        select CollectionId.Parse(first + new string([.. rest.Take(62)]));

    [Theory]
    [InlineData("a")]
    [InlineData("media-desk-2")]
    [InlineData("default")]
    [InlineData("a23456789012345678901234567890123456789012345678901234567890123")]
    public void A_name_is_kept(string name)
    {
        Assert.Equal(name, CollectionId.Parse(name).Name);
        Assert.Equal(CollectionId.Parse(name), JsonSerializer.Deserialize<CollectionId>($"\"{name}\""));
        Assert.Equal($"\"{name}\"", JsonSerializer.Serialize(CollectionId.Parse(name)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("2a")]
    [InlineData("-a")]
    [InlineData("Press")]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("a\n")]
    [InlineData("é")]
    [InlineData("a234567890123456789012345678901234567890123456789012345678901234")]
    public void What_is_no_name_is_refused(string? name)
    {
        Assert.False(CollectionId.TryParse(name, out var none));
        Assert.True(none.IsDefault);
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<CollectionId>(JsonSerializer.Serialize(name)));
    }

    [Fact]
    public void The_default_collection_is_that_of_no_name() =>
        Assert.Equal((true, default(CollectionId), "default"),
            (CollectionId.Parse("default").IsDefault, CollectionId.Default, default(CollectionId).ToString()));

    [Fact]
    public void A_content_has_an_id_of_its_own_in_each_collection_and_in_the_default_one_the_former() =>
        Prop.ForAll(s_any.Two().ToArbitrary(), Gen.Choose(0, 255).ArrayOf(32).ToArbitrary(), (two, values) =>
        {
            byte[] sha256 = [.. values.Select(value => (byte)value)];
            var ((one, other), former) = (two, new VideoId(TcMgc.Shared.Ids.NameBasedUuid.Create(VideoId.Namespace, sha256)));
            return VideoId.FromSha256(sha256) == former && VideoId.FromSha256(sha256, CollectionId.Default) == former
                && (VideoId.FromSha256(sha256, one) == former) == one.IsDefault
                && (VideoId.FromSha256(sha256, one) == VideoId.FromSha256(sha256, other)) == (one == other);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_namespace_of_a_collection_follows_from_its_name() =>
        Assert.Equal(
            new VideoId(TcMgc.Shared.Ids.NameBasedUuid.Create(
                TcMgc.Shared.Ids.NameBasedUuid.Create(VideoId.Namespace, "press"u8), new byte[32])),
            VideoId.FromSha256(new byte[32], CollectionId.Parse("press")));
}
