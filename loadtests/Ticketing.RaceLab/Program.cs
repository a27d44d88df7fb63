using Ticketing.RaceLab.CommandLine;
using Ticketing.RaceLab.Http;

SocketTuning.Apply();
return await LabCommandLine.RunAsync(args);
