using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace TcMgc.Tests.Common;

/// <summary>A self-signed certificate for 127.0.0.1.</summary>
/// <param name="KeyStore">File with certificate and key, as servers read it; PEM.</param>
/// <param name="Authority">File with the certificate that clients trust; PEM.</param>
internal sealed record LoopbackCertificate(string KeyStore, string Authority)
{
    /// <summary>Creates a certificate in a folder.</summary>
    public static LoopbackCertificate Create(string folder)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForCertificateAuthority());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        var made = new LoopbackCertificate(Path.Combine(folder, "keystore.pem"), Path.Combine(folder, "authority.pem"));
        File.WriteAllText(made.KeyStore, $"{key.ExportPkcs8PrivateKeyPem()}\n{certificate.ExportCertificatePem()}\n");
        File.WriteAllText(made.Authority, certificate.ExportCertificatePem());
        return made;
    }
}
