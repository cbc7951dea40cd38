namespace TcMgc.Search.Library;

/// <summary>Answers that the description of the interface shows.</summary>
internal static class VideoExamples
{
    public const string Video = """
        {
          "id": "6fcbae77-629d-5e81-91af-6f4a8a64ed3e", "name": "beach.mp4", "title": "A day at the beach", "state": "indexed",
          "uploadedAt": "2026-11-30T14:17:03+00:00", "bytes": 444412, "tags": ["dog", "holiday"], "duration": 9.75, "width": 480,
          "height": 270, "frames": 10,
          "stages": [
            { "name": "decode", "state": "done", "seconds": 0.77 },
            { "name": "index", "state": "done", "seconds": 0.79 }
          ],
          "stream": "/api/v1/videos/6fcbae77-629d-5e81-91af-6f4a8a64ed3e/stream", "plays": true,
          "thumbnail": "/api/v1/videos/6fcbae77-629d-5e81-91af-6f4a8a64ed3e/thumbnail"
        }
        """;

    public const string Page = $$"""
        {
          "videos": [{{Video}}], "total": 59,
          "states": { "uploaded": 0, "decoded": 1, "failed": 0, "indexed": 58 }, "next": "TmFtZSxGYWxzZSw2ZmNiYWU3Ny02Mjlk"
        }
        """;

    public const string SearchAnswer = """
        {
          "results": [
            {
              "video": "6fcbae77-629d-5e81-91af-6f4a8a64ed3e", "name": "beach.mp4", "title": "A day at the beach",
              "source": "/api/v1/videos/6fcbae77-629d-5e81-91af-6f4a8a64ed3e/stream", "duration": 9.75, "moment": 4,
              "score": 19.1, "plays": true,
              "segments": [
                {
                  "segment": "4274dd44-b2b9-50c4-9de5-23ebc0e8c72c", "start": 0, "end": 9.75, "moment": 4, "score": 19.1,
                  "confidence": { "probability": 0.81, "band": "strong" }, "unfamiliar": false,
                  "said": [
                    { "start": 3.5, "end": 5, "text": "Look at that dog", "words": [{ "start": 13, "length": 3 }] }
                  ],
                  "thumbnail": "/api/v1/videos/6fcbae77-629d-5e81-91af-6f4a8a64ed3e/thumbnail?time=4"
                }
              ]
            }
          ],
          "scored": 71, "elapsed": "00:00:00.0264", "weaker": 12, "more": false, "threshold": 0.22
        }
        """;
}
