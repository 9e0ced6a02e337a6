//! Encrypted addresses of the page: `/{project}/{blob}` instead of `/payment?...`, for shops that hide parameters from the payer.
//!
//! The cipher proves nothing: what is inside is signed as any other order. Whatever is wrong with a blob is refused with the words of a
//! wrong signature, so that nobody learns from the answer whether a changed blob had the right padding.

use super::codes::{Code, Refused};
use super::request::{PAGE_MAX, PageRequest};
use crate::text::secret::Secret;
use aes::Aes256;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};

const BLOCK: usize = 16;

/// Project and blob of such a path, without the first slash; `None` for any other path.
pub fn route(path: &str) -> Option<(u32, String)> {
    let (project, blob) = path.split_once('/')?;
    let digits = !project.is_empty() && project.bytes().all(|byte| byte.is_ascii_digit());
    // Browsers and shops may escape the padding.
    let blob = blob.replace("%3D", "=").replace("%3d", "=");
    let base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let whole = blob.len() >= 4 && blob.len() % 4 == 0 && blob.bytes().all(base64);
    let project = if digits && whole { project.parse().ok() } else { None };
    Some((project?, blob))
}

/// The request inside a blob, not yet proven. 3261 if it was not made with one of these keys, or is for another project.
pub fn open(project_id: u32, blob: &str, keys: &[Secret]) -> Result<PageRequest, Refused> {
    let wrong = || Refused::of(Code::InvalidSignature, "signature");
    let (cipher, iv) = parts(blob).ok_or_else(wrong)?;
    let read = |key: &Secret| {
        let text = decrypt(&cipher, iv, key)?;
        let query = text.strip_prefix("/payment?").or_else(|| text.strip_prefix('?'))?;
        PageRequest::of_query(query).ok().filter(|request| request.project_id() == Ok(project_id))
    };
    keys.iter().filter(|key| !key.expose().is_empty()).find_map(read).ok_or_else(wrong)
}

/// The shop's side: the blob of a signed query. An `iv` must be random, and never come twice with one key.
pub fn seal(query: &str, key: &Secret, iv: [u8; BLOCK]) -> String {
    let text = format!("/payment?{query}");
    // Room for the padding, which is a whole block if the text fills its last.
    let mut buffer = text.into_bytes();
    let length = buffer.len();
    buffer.resize(length + BLOCK, 0);
    let cipher = cbc::Encryptor::<Aes256>::new(&key_bytes(key).into(), &iv.into());
    // There is room, so this cannot fail; an empty blob would open nothing.
    let cipher = cipher.encrypt_padded::<Pkcs7>(&mut buffer, length).unwrap_or_default();
    STANDARD.encode(format!("{}::{}", STANDARD.encode(cipher), STANDARD.encode(iv)))
}

fn parts(blob: &str) -> Option<(Vec<u8>, [u8; BLOCK])> {
    if blob.len() > 2 * PAGE_MAX {
        return None;
    }
    let inner = String::from_utf8(STANDARD.decode(blob).ok()?).ok()?;
    let (cipher, iv) = inner.split_once("::")?;
    Some((STANDARD.decode(cipher).ok()?, STANDARD.decode(iv).ok()?.try_into().ok()?))
}

fn decrypt(cipher: &[u8], iv: [u8; BLOCK], key: &Secret) -> Option<String> {
    let mut buffer = cipher.to_vec();
    let decryptor = cbc::Decryptor::<Aes256>::new(&key_bytes(key).into(), &iv.into());
    let text = decryptor.decrypt_padded::<Pkcs7>(&mut buffer).ok()?;
    String::from_utf8(text.to_vec()).ok()
}

/// The key's text, filled with zeros or cut to 32 bytes.
fn key_bytes(key: &Secret) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (to, from) in bytes.iter_mut().zip(key.expose().as_bytes()) {
        *to = *from;
    }
    bytes
}
