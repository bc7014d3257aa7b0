//! A client that costs little: HTTP/1.1 over one connection that stays open.

use std::{io::Read as _, net::SocketAddr};

use anyhow::{Context, Result, bail};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// What browsers can read.
pub const BROWSER: &str = "gzip, deflate, br, zstd";

/// One connection.
pub struct Client {
    stream: TcpStream,
    received: Vec<u8>,
}

/// An answer.
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Head, its first line included.
    pub head: String,
    /// As it was sent, compressed when `Content-Encoding` says so.
    pub body: Vec<u8>,
}

impl Answer {
    /// A field of the head.
    pub fn field(&self, name: &str) -> Option<&str> {
        field(&self.head, name)
    }

    /// The body as the browser reads it.
    pub fn text(&self) -> Result<String> {
        let bytes = match self.field("content-encoding") {
            None => self.body.clone(),
            Some("br") => {
                let mut plain = Vec::new();
                brotli::BrotliDecompress(&mut self.body.as_slice(), &mut plain)?;
                plain
            }
            Some("gzip") => {
                let mut plain = Vec::new();
                flate2::read::GzDecoder::new(self.body.as_slice()).read_to_end(&mut plain)?;
                plain
            }
            Some(other) => bail!("encoding {other}"),
        };
        Ok(String::from_utf8(bytes)?)
    }
}

impl Client {
    /// Opens the connection.
    pub async fn connect(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address)
            .await
            .context("no answer from the portal")?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            received: Vec::with_capacity(64 * 1024),
        })
    }

    /// Asks for a path, `encoding` being what the client can read ([`BROWSER`], or `identity`).
    pub async fn get(&mut self, path: &str, encoding: &str) -> Result<Answer> {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Mozilla/5.0\r\n\
             Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\nAccept-Language: fr\r\n\
             Accept-Encoding: {encoding}\r\nConnection: keep-alive\r\n\r\n"
        );
        self.ask(&request).await
    }

    /// The same as somebody with these cookies.
    pub async fn get_as(&mut self, path: &str, encoding: &str, cookies: &str) -> Result<Answer> {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Mozilla/5.0\r\n\
             Cookie: {cookies}\r\nAccept: text/html,application/xhtml+xml,*/*;q=0.8\r\n\
             Accept-Language: fr\r\nAccept-Encoding: {encoding}\r\nConnection: keep-alive\r\n\r\n"
        );
        self.ask(&request).await
    }

    /// Sends a form, with these cookies.
    pub async fn post(&mut self, path: &str, cookies: &str, form: &str) -> Result<Answer> {
        let length = form.len();
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Mozilla/5.0\r\n\
             Cookie: {cookies}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {length}\r\nAccept-Encoding: identity\r\n\
             Connection: keep-alive\r\n\r\n{form}"
        );
        self.ask(&request).await
    }

    async fn ask(&mut self, request: &str) -> Result<Answer> {
        self.stream.write_all(request.as_bytes()).await?;
        self.received.clear();
        let head = loop {
            if let Some(at) = find(&self.received, b"\r\n\r\n") {
                break at + 4;
            }
            self.more().await?;
        };
        let text = String::from_utf8_lossy(&self.received[..head]).into_owned();
        let status = text
            .split(' ')
            .nth(1)
            .and_then(|s| s.parse().ok())
            .context("status line")?;
        let body = match field(&text, "content-length") {
            Some(length) => {
                let end = head + length.parse::<usize>()?;
                while self.received.len() < end {
                    self.more().await?;
                }
                self.received[head..end].to_vec()
            }
            None if field(&text, "transfer-encoding") == Some("chunked") => {
                self.chunks(head).await?
            }
            None => Vec::new(),
        };
        Ok(Answer {
            status,
            head: text,
            body,
        })
    }

    async fn chunks(&mut self, mut at: usize) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line = loop {
                if let Some(end) = find(&self.received[at..], b"\r\n") {
                    break at + end;
                }
                self.more().await?;
            };
            let size = std::str::from_utf8(&self.received[at..line])?;
            let size = usize::from_str_radix(size.trim(), 16)?;
            let (from, to) = (line + 2, line + 2 + size);
            while self.received.len() < to + 2 {
                self.more().await?;
            }
            if size == 0 {
                return Ok(body);
            }
            body.extend_from_slice(&self.received[from..to]);
            at = to + 2;
        }
    }

    async fn more(&mut self) -> Result<()> {
        if self.stream.read_buf(&mut self.received).await? == 0 {
            bail!("the portal closed the connection");
        }
        Ok(())
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

fn field<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}
