using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using TcMgc.Hosting;
using TcMgc.Hosting.Limits;
using TcMgc.Media;
using TcMgc.Model;

namespace TcMgc.Search.Query;

/// <summary>Decodes the images that are searched for, a few at a time: a large one takes much memory.</summary>
/// <param name="decoder">Decodes them.</param>
/// <param name="model">Says in which size.</param>
/// <param name="limits">Says how many, and for whom.</param>
internal sealed class QueryImages(StillDecoder decoder, VideoTextModel model, RequestLimits limits)
{
    /// <summary>The pixels of an image; or the problem with it.</summary>
    /// <param name="image">The image's file.</param>
    /// <param name="http">The request that holds it.</param>
    /// <returns>Shape (side, side, 3), RGB.</returns>
    public async ValueTask<(byte[]? Rgb, ProblemHttpResult? Problem)> DecodeAsync(byte[] image, HttpContext http)
    {
        using var turn = await limits.Images.AcquireAsync(http, permitCount: 1, http.RequestAborted);
        if (!turn.IsAcquired)
            return (null, RequestLimits.Problem(http, turn));
        using var file = new MemoryStream(image, writable: false);
        var still = await decoder.DecodeAsync(file, model.FrameSide, http.RequestAborted);
        return still.Value is { } rgb
            ? (rgb, null)
            : (null, Problems.Of(StatusCodes.Status400BadRequest, "image-unreadable", $"the image {still.Reason}"));
    }
}
