using System.Text;

namespace TcMgc.Tests.Common;

/// <summary>Requests whose headers say anything.</summary>
internal static class AnyRequest
{
    /// <summary>A client that sends any letters of one byte in headers.</summary>
    public static HttpClient Client(string address) =>
        new(new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.Latin1 }) { BaseAddress = new(address) };

    /// <summary>Bytes as a header can hold them: without ends of lines.</summary>
    public static string HeaderOf(byte[] bytes) =>
        string.Concat(Encoding.Latin1.GetString(bytes).Where(letter => letter is not ('\r' or '\n' or '\0')));

    /// <summary>Sends a request; gives the status of its answer.</summary>
    /// <param name="http">From <see cref="Client"/>.</param>
    /// <param name="method">The method.</param>
    /// <param name="path">The path.</param>
    /// <param name="headers">Headers, those of the content among them.</param>
    /// <param name="body">The content; null: none.</param>
    public static int Send(
        HttpClient http, string method, string path, IEnumerable<(string Name, string Value)> headers, byte[]? body = null)
    {
        using var request = new HttpRequestMessage(new(method), path);
        request.Content = body is null ? null : new ByteArrayContent(body);
        foreach (var (name, value) in headers)
            if (!request.Headers.TryAddWithoutValidation(name, value))
                request.Content?.Headers.TryAddWithoutValidation(name, value);
        using var answer = http.Send(request);
        return (int)answer.StatusCode;
    }

    /// <summary>Asserts that a request was answered, and not by an error of the service.</summary>
    public static void AssertClear(int status, string what) => Assert.True(status < 500, $"{status} for {what}");
}
