using TcMgc.Cli;

return await CommandLine.RunAsync(args);
