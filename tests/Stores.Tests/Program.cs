using TcMgc.Stores.Tests;
using TcMgc.Stores.Tests.Kafka;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

// Runs the tests, as the program that xunit would generate. Started by one of them it is a worker that a test can kill.
return args switch
{
    [FeaturizerProcess.Command, .. var worker] => await FeaturizerProcess.RunAsync(worker),
    _ when args.Contains("--server") =>
        await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
    _ => await ConsoleRunner.Run(args),
};
