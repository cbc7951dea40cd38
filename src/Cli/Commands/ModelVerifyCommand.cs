using System.CommandLine;
using System.Globalization;
using TcMgc.Model.Engine;
using TcMgc.Model.Verification;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc model verify</c>: our outputs, losses and gradients against recorded ones.</summary>
internal static class ModelVerifyCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("DIR") { Description = "Folder with weights, inputs.safetensors, expected.safetensors and config.json." };
        var tolerance = new Option<double>("--tolerance") { Description = "Largest relative error ‖ours − theirs‖ / ‖theirs‖ of an output.", DefaultValueFactory = _ => 1e-4 };
        var gradientTolerance = new Option<double>("--gradient-tolerance") { Description = "The same for losses and gradients.", DefaultValueFactory = _ => 1e-3 };
        var device = Devices.Option();
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("verify", "Compare a model's outputs with recorded ones.") { folder, tolerance, gradientTolerance, device, json };
        command.SetAction(parsed =>
        {
            var reports = GoldenFolder.Verify(parsed.GetValue(folder)!, new EngineOptions { Device = parsed.GetValue(device) });
            var rows = reports.SelectMany(report => report.Errors.Select(error => Row(report.Weights, error,
                error.IsTraining ? parsed.GetValue(gradientTolerance) : parsed.GetValue(tolerance)))).ToList();
            if (parsed.GetValue(json))
                Output.Json(rows);
            else
                Print(rows);
            return rows.TrueForAll(row => row.Passed) ? 0 : 1;
        });
        return command;
    }

    private sealed record Comparison(string Weights, string Tensor, double Error, double Tolerance, bool Rounding, bool Passed);

    private static Comparison Row(string weights, TensorError error, double tolerance)
    {
        var agrees = error.Error <= tolerance;
        return new(weights, error.Name, error.Error, tolerance, !agrees && error.IsRounding, agrees || error.IsRounding);
    }

    private static void Print(List<Comparison> rows)
    {
        foreach (var group in rows.GroupBy(row => row.Weights))
        {
            Console.WriteLine(group.Key);
            foreach (var row in group)
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {row.Error,9:E1}  {row.Tensor}{Remark(row)}"));
        }
        var rounding = rows.Count(row => row.Rounding);
        Console.WriteLine($"{rows.Count(row => row.Passed) - rounding} of {rows.Count} tensors within tolerance{(rounding > 0 ? $", {rounding} differ by rounding" : "")}");
    }

    private static string Remark(Comparison row) => row switch
    {
        { Passed: false } => string.Create(CultureInfo.InvariantCulture, $"  ABOVE {row.Tolerance:G}"),
        { Rounding: true } => string.Create(CultureInfo.InvariantCulture, $"  above {row.Tolerance:G}, but below {TensorError.Rounding:E0} of all gradients: rounding"),
        _ => "",
    };
}
