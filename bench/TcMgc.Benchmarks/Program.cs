using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using TcMgc.Benchmarks;

switch (args)
{
    case ["growth", "segments", var report, var svg]:
        GrowthPlot.Segments(report, svg);
        return;
    case ["growth", "clients", var report, var svg]:
        GrowthPlot.Clients(report, svg);
        return;
    case ["growth", "length", .. var reports, var svg]:
        GrowthPlot.Length(reports, svg);
        return;
}
// In this process, as built: a build for each benchmark would take longer than its run.
var config = new ManualConfig()
    .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
    .AddDiagnoser(MemoryDiagnoser.Default)
    .AddColumnProvider(DefaultColumnProviders.Instance)
    .AddLogger(ConsoleLogger.Default)
    .AddExporter(MarkdownExporter.GitHub)
    .WithOptions(ConfigOptions.JoinSummary);
BenchmarkSwitcher.FromAssembly(typeof(ScanBenchmarks).Assembly).Run(args, config);
