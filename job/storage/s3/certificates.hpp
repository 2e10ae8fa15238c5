// The file with the certificate authorities that this system trusts.
#pragma once

#include <span>

namespace coulis::s3 {

// Debian, Alpine; Amazon Linux, Fedora; SUSE; then what is left of the usual names.
inline constexpr const char* kCertificateFiles[] = {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
                                                    "/etc/ssl/ca-bundle.pem", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
                                                    "/etc/ssl/cert.pem"};

// What AWS_CA_BUNDLE says, else the first of `files` that can be read, else null. libcurl itself knows one file alone, that of the system
// it was built on, which a wheel leaves.
const char* maybe_certificates(std::span<const char* const> files = kCertificateFiles);

}  // namespace coulis::s3
