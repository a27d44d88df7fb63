using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Database;

/// <summary>An authority that certifies servers on 127.0.0.1; its certificates live for a day.</summary>
internal sealed class Authority : IDisposable
{
    private static readonly DateTimeOffset _from = DateTimeOffset.UtcNow.AddHours(-1);
    private static readonly DateTimeOffset _to = _from.AddDays(1);

    private readonly TemporaryFolder _folder = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _certificate;

    public Authority(string name)
    {
        var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        _certificate = request.CreateSelfSigned(_from, _to);
        File.WriteAllText(CertificateFile, _certificate.ExportCertificatePem());
    }

    /// <summary>Its certificate, as a PEM file.</summary>
    public string CertificateFile => _folder.File("ca.pem");

    /// <summary>Options of a MariaDB server with a certificate of this authority.</summary>
    /// <param name="host">The name in the certificate; left out, 127.0.0.1.</param>
    public string[] ServerOptions(string? host = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=mariadb", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (host is null)
        {
            names.AddIpAddress(IPAddress.Loopback);
        }
        else
        {
            names.AddDnsName(host);
        }

        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(_certificate, _from, _to, RandomNumberGenerator.GetBytes(8));
        var (certificateFile, keyFile) = (_folder.File("server.pem"), _folder.File("server.key"));
        File.WriteAllText(certificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
        return [$"ssl-ca={CertificateFile}", $"ssl-cert={certificateFile}", $"ssl-key={keyFile}"];
    }

    public void Dispose()
    {
        _certificate.Dispose();
        _key.Dispose();
        _folder.Dispose();
    }
}
