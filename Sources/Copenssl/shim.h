// Batches of points (EC_POINTs_mul, projective coordinates) have no successor in OpenSSL 3, and SHA-256 whose state is the caller's
// (SHA256_Update) has one that allocates for each hash.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
