using System.Text;
using TcMgc.Model;
using TcMgc.Training.Datasets;

namespace TcMgc.Training.Tests.Datasets;

public sealed class DatasetReaderTests : TemporaryFolder
{
    [Fact]
    public void The_projects_format_has_one_line_per_video()
    {
        Put("captions.jsonl", """
            {"id": "a", "split": "train", "file": "videos/a.mp4", "captions": ["one", "two"], "anything": {"else": 1}}

            {"id": "b", "split": "validation", "file": "videos/b.mp4", "captions": ["three"]}
            {"file": "videos/c.mp4", "captions": ["four", " "]}
            """);
        Put("dataset.json", """{"name": "mine"}""");

        var dataset = DatasetReader.Open(Folder);

        Assert.Equal("mine", dataset.Name);
        Assert.Equal(["a: one, two"], Told(dataset.Train));
        Assert.Equal(["b: three"], Told(dataset.Validation));
        Assert.Equal(["videos/c.mp4: four"], Told(dataset.Test));
        Assert.Equal(At("videos/a.mp4"), dataset.Train[0].Path);
    }

    [Theory]
    [InlineData("""{"file": "a.mp4", "captions": []}""", "line 1: has no caption")]
    [InlineData("""{"captions": ["a"]}""", "line 1: 'file' must be the path of a video")]
    [InlineData("""{"file": "../../etc/passwd", "captions": ["a"]}""", "line 1: 'file' must be")]
    [InlineData("""{"file": "a.mp4", "captions": ["a"], "split": "exam"}""", "the split is 'exam'")]
    [InlineData("""{"file": "a.mp4", "captions": "a"}""", "line 1: is invalid")]
    [InlineData("{\"file\": \"a.mp4\", \"captions\": [\"a\"]}\n{\"file\": \"a.mp4\", \"captions\": [\"b\"]}",
        "line 2: 'a.mp4' occurs twice")]
    [InlineData("not json", "line 1: is invalid")]
    public void An_invalid_line_is_named(string lines, string expected)
    {
        Put("captions.jsonl", lines);

        Assert.Contains(expected, Refused(Folder), StringComparison.Ordinal);
    }

    [Fact]
    public void MsrVtt_trains_on_every_sentence_of_9k_or_7k_and_tests_on_1k_A()
    {
        Put("MSRVTT_data.json", """
            {"videos": [], "sentences": [{"video_id": "video0", "caption": "a man runs", "sen_id": 0},
             {"video_id": "video1", "caption": "a cat"},
             {"video_id": "video0", "caption": "someone is running"}, {"video_id": "video9", "caption": "not this one"}]}
            """);
        Put("MSRVTT_train.9k.csv", "video_id\nvideo0\nvideo1\n");
        Put("MSRVTT_train.7k.csv", "video_id\nvideo1\n");
        Put("MSRVTT_JSFUSION_test.csv", "key,vid_key,video_id,sentence\nret0,msr9770,video9,\"a dog, then a cat\"\n");
        Videos("all/video0.mp4", "all/video1.avi", "all/video9.mp4");

        var (nine, seven) = (DatasetReader.Open($"msrvtt-9k={Folder}"), DatasetReader.Open($"msrvtt-7k={Folder}"));

        Assert.Equal(["video0: a man runs, someone is running", "video1: a cat"], Told(nine.Train));
        Assert.Equal(["video1: a cat"], Told(seven.Train));
        Assert.Equal(["video9: a dog, then a cat"], Told(nine.Test));
        Assert.Equal(At("all/video1.avi"), nine.Train[1].Path);
    }

    [Fact]
    public void Msvd_reads_its_pickled_captions()
    {
        // {'a_1': [['a', 'man'], ['he']], 'b_2': [['cats']], 'c_3': [['dogs']]}, protocol 2
        var words = (string word) => $"X{(char)word.Length}\0\0\0{word}";
        var pickle = "\u0080\u0002}(" + words("a_1") + "](](" + words("a") + words("man") + "e](" + words("he") + "ee"
            + words("b_2") + "](](" + words("cats") + "ee" + words("c_3") + "](](" + words("dogs") + "eeu.";
        File.WriteAllBytes(At("raw-captions.pkl"), Encoding.Latin1.GetBytes(pickle));
        Put("train_list.txt", "a_1\n");
        Put("val_list.txt", "b_2\n");
        Put("test_list.txt", "c_3\n");
        Videos("YouTubeClips/a_1.avi", "YouTubeClips/b_2.avi", "YouTubeClips/c_3.avi");

        var dataset = DatasetReader.Open($"msvd={Folder}");

        Assert.Equal(
            ["a_1: a man, he", "b_2: cats", "c_3: dogs"], Told([.. dataset.Train, .. dataset.Validation, .. dataset.Test]));
    }

    [Fact]
    public void Lsmdc_gives_a_clip_all_its_lines()
    {
        Put("LSMDC16_annos_training.csv",
            "0001_A_00.01-00.02\t0\t1\t0\t1\tSOMEONE walks.\n0001_A_00.01-00.02\t0\t1\t0\t1\tHe sits.\n");
        Put("LSMDC16_annos_val.csv", "0002_B\t0\t1\t0\t1\tRain.\n");
        Put("LSMDC16_challenge_1000_publictect.csv", "0003_C\t0\t1\t0\t1\tA door.\n");
        Videos("0001/0001_A_00.01-00.02.avi", "0002_B.avi", "0003_C.avi");

        var dataset = DatasetReader.Open($"lsmdc={Folder}");

        Assert.Equal(["0001_A_00.01-00.02: SOMEONE walks., He sits."], Told(dataset.Train));
        Assert.Equal(["0003_C: A door."], Told(dataset.Test));
    }

    [Fact]
    public void A_line_of_lsmdc_with_other_columns_is_named()
    {
        Put("LSMDC16_annos_training.csv", "ok\t0\t1\t0\t1\tA door.\n0001_A\t0\n");

        Assert.Contains(
            "LSMDC16_annos_training.csv: line 2: has 2 columns", Refused($"lsmdc={Folder}"), StringComparison.Ordinal);
    }

    [Fact]
    public void DiDeMo_joins_a_videos_descriptions_to_a_paragraph_over_its_first_31_seconds()
    {
        foreach (var split in new[] { "train", "val", "test" })
        {
            Put($"{split}_list.txt", $"{split}_x.avi\n");
            Put($"{split}_data.json", $$"""
                [{"video": "{{split}}_x.avi", "description": "a dog jumps", "times": [[0, 0]]},
                 {"video": "other.avi", "description": "no", "times": []},
                 {"video": "{{split}}_x.avi", "description": "then it sleeps", "times": [[1, 2]]}]
                """);
        }
        Videos("train_x.avi", "val_x.mp4", "test_x.avi");

        var dataset = DatasetReader.Open($"didemo={Folder}");

        Assert.Equal(["train_x.avi: a dog jumps then it sleeps"], Told(dataset.Train));
        Assert.Equal((At("val_x.mp4"), 31), (dataset.Validation[0].Path, dataset.Validation[0].End));
    }

    [Fact]
    public void ActivityNet_joins_sentences_to_a_paragraph_and_tests_on_val_1()
    {
        Put("train_ids.json", """["v_abc"]""");
        Put("val_ids.json", """["v_def"]""");
        Put("train.json", """
            {"v_abc": {"duration": 82.7, "timestamps": [[0, 1], [2, 3]], "sentences": ["A man sits.", " He stands."]},
             "v_no": {"duration": 1, "sentences": ["x"]}}
            """);
        Put("val_1.json", """{"v_def": {"duration": 10.0, "sentences": ["Water."]}}""");
        Videos("Activity_Videos/abc.mp4", "Activity_Videos/v_def.mkv");

        var dataset = DatasetReader.Open($"activitynet={Folder}");

        Assert.Equal(["v_abc: A man sits. He stands."], Told(dataset.Train));
        Assert.Equal(["v_def: Water."], Told(dataset.Test));
        Assert.Equal(83, dataset.Train[0].End);
    }

    [Fact]
    public void Vatex_uses_the_part_in_the_id_and_splits_validation_by_lists()
    {
        Put("vatex_training_v1.0.json", """[{"videoID": "a-_b_000010_000020", "enCap": ["one", "two"], "chCap": ["三"]}]""");
        Put("vatex_validation_v1.0.json",
            """[{"videoID": "c_000000_000010", "enCap": ["three"]}, {"videoID": "d_000005_000015", "enCap": ["four"]}]""");
        Put("val_list.txt", "c_000000_000010\n");
        Put("test_list.txt", "d_000005_000015\n");
        Videos("a-_b.mp4", "c_000000_000010.mp4", "d_000005_000015.mp4");

        var dataset = DatasetReader.Open($"vatex={Folder}");

        Assert.Equal(["a-_b_000010_000020: one, two"], Told(dataset.Train));
        Assert.Equal((10.0, 20.0), (dataset.Train[0].Start, dataset.Train[0].End));
        Assert.Equal((0.0, null), (dataset.Test[0].Start, dataset.Test[0].End));
        Assert.Equal("c_000000_000010", dataset.Validation[0].Id);
    }

    [Fact]
    public void Videos_without_files_are_left_out_and_reported()
    {
        Put("MSRVTT_data.json",
            """{"sentences": [{"video_id": "video0", "caption": "a"}, {"video_id": "video1", "caption": "b"}]}""");
        Put("MSRVTT_train.9k.csv", "video_id\nvideo0\nvideo1\n");
        Put("MSRVTT_JSFUSION_test.csv", "key,vid_key,video_id,sentence\n");
        Videos("video1.mp4");

        var dataset = DatasetReader.Open($"msrvtt-9k={Folder}");

        Assert.Equal(["video1: b"], Told(dataset.Train));
        Assert.Equal(["video0"], dataset.Missing);
    }

    [Theory]
    [InlineData("msrvtt-9k", "MSRVTT_train.9k.csv: is missing")]
    [InlineData("msvd", "raw-captions.pkl: is missing")]
    [InlineData("lsmdc", "LSMDC16_annos_training.csv: is missing")]
    [InlineData("didemo", "train_list.txt: is missing")]
    [InlineData("activitynet", "train_ids.json: is missing")]
    [InlineData("vatex", "vatex_training_v1.0.json: is missing")]
    [InlineData("captions", "has no captions.jsonl")]
    public void A_missing_annotation_file_is_named_with_the_page_that_helps(string format, string expected)
    {
        var message = Refused($"{format}={Folder}");

        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Contains("docs/datasets.md", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_annotations_missing_videos_and_unknown_formats_are_reported()
    {
        Put("train_ids.json", "{\"a\": ");
        Assert.Contains(
            "train_ids.json: is not in the format of ActivityNet", Refused($"activitynet={Folder}"), StringComparison.Ordinal);

        Put("train_ids.json", """["v_a"]""");
        Put("val_ids.json", "[]");
        Put("train.json", """{"v_a": {"duration": 1, "sentences": ["x"]}}""");
        Put("val_1.json", "{}");
        Assert.Contains("none of the 1 annotated videos", Refused($"activitynet={Folder}"), StringComparison.Ordinal);

        Assert.Contains("no dataset format 'imagenet'", Refused($"imagenet={Folder}"), StringComparison.Ordinal);
        Assert.Contains("is not a folder", Refused(At("nowhere")), StringComparison.Ordinal);
    }

    private static string Refused(string spec) => Assert.Throws<ModelException>(() => DatasetReader.Open(spec)).Message;

    private static IEnumerable<string> Told(IEnumerable<CaptionedVideo> videos) =>
        [.. videos.Select(video => $"{video.Id}: {string.Join(", ", video.Captions)}")];

    private void Put(string name, string text) => File.WriteAllText(At(name), text);

    private void Videos(params string[] names)
    {
        foreach (var name in names)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(At(name))!);
            File.WriteAllBytes(At(name), []);
        }
    }
}
