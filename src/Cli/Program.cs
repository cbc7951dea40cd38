using System.CommandLine;

var root = new RootCommand("Upload videos, type a sentence, land on the moment it describes.");
return await root.Parse(args).InvokeAsync();
