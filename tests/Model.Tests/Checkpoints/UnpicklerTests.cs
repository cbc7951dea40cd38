using System.Text;
using TcMgc.Model.Checkpoints;

namespace TcMgc.Model.Tests.Checkpoints;

public sealed class UnpicklerTests
{
    /// <summary>A pickle out of text, where <c>\xNN</c> stands for a byte.</summary>
    private static object? Read(string pickle) => Unpickler.Read("test", Encoding.Latin1.GetBytes(pickle));

    private static string Refused(string pickle) => Assert.Throws<ModelException>(() => Read(pickle)).Message;

    [Fact]
    public void Numbers_of_every_encoding_are_read()
    {
        var tuple =
            Assert.IsType<PickleTuple>(
                Read("\u0080\u0002(K\u00ffM\u0001\u0002J\u00fe\u00ff\u00ff\u00ff\u008a\u0000\u008a\u0001\u0080"
                    + "\u008a\u0003\u0000\u0000\u0001G\u003f\u00f8\u0000\u0000\u0000\u0000\u0000\u0000\u0088\u0089Nt."));

        Assert.Equal([255L, 513L, -2L, 0L, -128L, 65536L, 1.5, true, false, null], tuple.Items);
    }

    [Fact]
    public void Containers_and_memory_are_read()
    {
        // {'a': [1, 2], 'b': ('a',)} with 'a' recalled from the memo
        var dictionary =
            Assert.IsType<PickleDictionary>(Read("}(\u008c\u0001aq\u0000](K\u0001K\u0002e\u008c\u0001bh\u0000\u0085u."));

        Assert.Equal([1L, 2L], Assert.IsType<PickleList>(dictionary["a"]).Items);
        Assert.Equal(["a"], Assert.IsType<PickleTuple>(dictionary["b"]).Items);
        Assert.Null(dictionary["c"]);
    }

    [Fact]
    public void A_list_that_holds_itself_is_read()
    {
        var list = Assert.IsType<PickleList>(Read("]q\u0000h\u0000a."));

        Assert.Same(list, Assert.Single(list.Items));
    }

    [Theory]
    [InlineData("cos\nsystem\n(U\u0002lstR.", "os.system")]
    [InlineData("cbuiltins\neval\n.", "builtins.eval")]
    [InlineData("\u008c\u0002os\u008c\u0006system\u0093.", "os.system")]
    [InlineData("ctorch._utils\n_rebuild_tensor_v2.__globals__\n.", "__globals__")]
    [InlineData("ctorch.storage\n_load_from_bytes\n.", "_load_from_bytes")]
    [InlineData("c__torch__evil\nClass\n.", "__torch__evil.Class")]
    [InlineData("cline\u001b[2J\nbreak\n.", "line?[2J.break")]
    public void A_name_that_is_not_allowed_is_refused_by_that_name(string pickle, string name) =>
        Assert.Contains(
            $"refers to '{name}", Refused(pickle).Replace("_rebuild_tensor_v2.", "", StringComparison.Ordinal)
            .Replace("torch._utils.", "", StringComparison.Ordinal).Replace("torch.storage.", "", StringComparison.Ordinal),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("ios\nsystem\n.", "0x69")]      // INST
    [InlineData("(o.", "0x6f")]                  // OBJ
    [InlineData("\u0082\u0001.", "0x82")]        // EXT1
    [InlineData("\u0092.", "0x92")]              // NEWOBJ_EX
    [InlineData("P1\n.", "0x50")]                // PERSID
    [InlineData("\u0097.", "0x97")]              // NEXT_BUFFER
    public void An_instruction_that_no_state_dict_needs_is_refused(string pickle, string opcode) =>
        Assert.Contains($"instruction {opcode}", Refused(pickle), StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("(.")]
    [InlineData("t.")]
    [InlineData("h\u0007.")]
    [InlineData("X\u00ff\u00ff\u00ff\u00ffabc.")]
    [InlineData("\u008c\u0002\u00ff\u00ff.")]
    [InlineData("\u008a\u0009123456789.")]
    [InlineData("K\u0001K\u0002a.")]
    [InlineData("}K\u0001u.")]
    [InlineData("}(K\u0001u.")]
    [InlineData("K\u0001)R.")]
    [InlineData("K\u0001}b.")]
    [InlineData("(Q.")]
    public void A_damaged_pickle_says_where(string pickle) =>
    Assert.Contains("damaged at byte", Refused(pickle), StringComparison.Ordinal);

    [Fact]
    public void A_class_of_the_allow_list_cannot_be_called_with_other_arguments_than_it_takes() =>
        Assert.Contains("'torch._utils._rebuild_parameter'", Refused("ctorch._utils\n_rebuild_parameter\nK\u0001\u0085R."),
            StringComparison.Ordinal);

    [Fact]
    public void A_function_of_the_allow_list_cannot_be_instantiated() =>
        Assert.Contains("makes an object of 'collections.OrderedDict'", Refused("ccollections\nOrderedDict\n)\u0081."),
            StringComparison.Ordinal);

    [Theory]
    [InlineData(0, 6, 3, 1)]      // 2 × 3 over 5 elements
    [InlineData(3, 5, 1, 0)]      // an element repeated
    [InlineData(200, 5, 1, 1)]    // behind the end
    public void A_tensor_outside_its_storage_is_refused(int offset, int elements, int firstStride, int secondStride)
    {
        var storage =
            $"(\u008c\u0007storagectorch\nFloatStorage\n\u008c\u00010\u008c\u0003cpuK{(char)(elements == 6 ? 5 : elements)}tQ";
        var pickle =
            $"ctorch._utils\n_rebuild_tensor_v2\n({storage}K{(char)offset}K\u0002K\u0003\u0086"
                + $"K{(char)firstStride}K{(char)secondStride}\u0086\u0089}}tR.";

        Assert.Contains("outside its storage '0'", Refused(pickle), StringComparison.Ordinal);
    }

    [Fact]
    public void Endless_instructions_are_refused()
    {
        var pickle = new byte[Unpickler.MaximumLength];
        Array.Fill(pickle, (byte)')');

        Assert.Contains("instructions", Assert.Throws<ModelException>(() => Unpickler.Read("test", pickle)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Modules_that_hold_each_other_end_in_an_error()
    {
        // class A; A.__dict__ = {'a': A}
        var root = Read("c__torch__\nA\n)\u0081q\u0000}\u008c\u0001ah\u0000sb.");

        Assert.Throws<ModelException>(() => StateDict.Tensors("test", root));
    }

    [Fact]
    public void Modules_shared_on_exponentially_many_paths_end_in_an_error()
    {
        var pickle = new StringBuilder("c__torch__\nA\nq\u0001)\u0081q\u0000");
        for (var level = 0; level < 64; level++)
            pickle.Append("0h\u0001)\u0081}(\u008c\u0001ah\u0000\u008c\u0001bh\u0000ubq\u0000");

        Assert.Contains(
            "nest without end", Assert.Throws<ModelException>(() => StateDict.Tensors("test", Read(pickle + "."))).Message,
            StringComparison.Ordinal);
    }
}
