using System.CommandLine;
using TcMgc.Model.Compute;
using TcMgc.Training.Verification;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc model verify</c>: our outputs, losses and gradients against recorded ones.</summary>
internal static class ModelVerifyCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("DIR")
        {
            Description = "Folder with weights, inputs.safetensors, expected.safetensors and config.json.",
        };
        var tolerance = NewOption.WithDefault(
            "--tolerance", 1e-4, "Largest relative error ‖ours − theirs‖ / ‖theirs‖ of an output.");
        var gradientTolerance =
            NewOption.WithDefault("--gradient-tolerance", 1e-3, "The same for losses and gradients.");
        var json = NewOption.Json();
        var command = new Command("verify", "Compare a model's outputs with recorded ones.")
        {
            folder, tolerance, gradientTolerance, ComputeChoice.Device, json,
        };
        command.SetAction(parsed =>
        {
            var tolerances = new Tolerances(parsed.GetValue(tolerance), parsed.GetValue(gradientTolerance));
            var reports = GoldenFolder.Verify(parsed.GetValue(folder)!, tolerances,
                ComputeChoice.Of(parsed) with { Precision = Precision.Float32 });
            if (parsed.GetValue(json))
                Output.Json(reports.SelectMany(report => report.Errors.Select(error =>
                    new
                    {
                        report.Weights,
                        Tensor = error.Name,
                        error.Error,
                        error.Tolerance,
                        error.ErrorIn64Bits,
                        Passed = error.Agrees,
                    })));
            else
                Print(reports);
            return reports.All(report => report.Errors.All(error => error.Agrees)) ? 0 : 1;
        });
        return command;
    }

    private static void Print(IReadOnlyList<VerificationReport> reports)
    {
        foreach (var report in reports)
        {
            Console.WriteLine(report.Weights);
            foreach (var error in report.Errors)
                Console.WriteLine($"  {error.Error,9:E1}  {error.Name}{Remark(error)}");
        }
        var all = reports.SelectMany(report => report.Errors).ToList();
        Console.WriteLine($"{all.Count(error => error.Agrees)} of {all.Count} tensors within tolerance");
    }

    private static string Remark(TensorError error) => error.ErrorIn64Bits is not { } exact
        ? "" : $"  ABOVE {error.Tolerance:G}; in 64-bit floats {exact:E1}{(error.Agrees ? ", within it" : ", ABOVE it too")}";
}
